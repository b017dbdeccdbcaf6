// linux.resources in the OCI specification's order and spelling. LinuxKit's schema has `blockio` for blockIO; its decoder
// loses whatever is in camel case, and here all of it counts.
import { sortedEntries } from '../base/order.ts';
import type { RawHugePageLimit, RawResources } from '../specification/spec.generated.ts';
import type { DeviceRule } from './devices.ts';
import { inOrder } from './order.ts';

const orders = {
  rule: ['allow', 'type', 'major', 'minor', 'access'],
  memory: ['limit', 'reservation', 'swap', 'kernel', 'kernelTCP', 'swappiness', 'disableOOMKiller'],
  cpu: ['shares', 'quota', 'period', 'realtimeRuntime', 'realtimePeriod', 'cpus', 'mems'],
  block: ['weight', 'leafWeight', 'weightDevice'],
  weight: ['major', 'minor', 'weight', 'leafWeight'],
  rate: ['major', 'minor', 'rate'],
  priority: ['name', 'priority'],
} as const;

const throttles = [
  'throttleReadBpsDevice',
  'throttleWriteBpsDevice',
  'throttleReadIOPSDevice',
  'throttleWriteIOPSDevice',
] as const;

export function resourcesOf(resources: RawResources, rules: readonly DeviceRule[]): object {
  const { devices = [], memory, cpu, pids, blockio, hugepageLimits, network, unified } = resources;
  const all = [...devices.map((rule) => inOrder({ allow: false, ...rule }, orders.rule)), ...rules];
  return inOrder(
    {
      devices: all.length > 0 ? all : undefined,
      memory: memory && inOrder(memoryOf(memory), orders.memory),
      cpu: cpu && inOrder(cpu, orders.cpu),
      pids,
      blockIO: blockio && blockOf(blockio),
      hugepageLimits: hugepageLimits?.map(hugePages),
      network: network && {
        ...network,
        ...(network.priorities && {
          priorities: network.priorities.map((each) => inOrder(each, orders.priority)),
        }),
      },
      unified: unified && Object.fromEntries(sortedEntries(unified)),
    },
    [],
  );
}

function blockOf(block: NonNullable<RawResources['blockio']>): object {
  const lists: [string, readonly object[] | undefined][] = throttles.map((key) => [
    key,
    block[key]?.map((each) => inOrder(each, orders.rate)),
  ]);
  return inOrder(
    {
      ...block,
      weightDevice: block.weightDevice?.map((each) => inOrder(each, orders.weight)),
      ...Object.fromEntries(lists),
    },
    [...orders.block, ...throttles],
  );
}

/** More than a number here can hold exactly, as in 9223372036854775807, is no limit at all. */
function memoryOf(memory: NonNullable<RawResources['memory']>): object {
  return Object.fromEntries(
    Object.entries(memory).map(([key, value]) => [
      key,
      typeof value === 'number' && value > Number.MAX_SAFE_INTEGER ? -1 : value,
    ]),
  );
}

/** The specification wants `2MB`; LinuxKit's schema a number, which its decoder then loses. */
function hugePages({ pageSize = '', limit }: RawHugePageLimit): object {
  const bytes = /^\d+$/.test(pageSize) ? Number(pageSize) : 0;
  const [unit, factor] = [
    ['G', 2 ** 30],
    ['M', 2 ** 20],
    ['K', 2 ** 10],
  ].find(([, each]) => bytes > 0 && bytes % Number(each) === 0) ?? ['', 1];
  return { pageSize: bytes > 0 ? `${bytes / Number(factor)}${unit}B` : pageSize, limit: limit ?? 0 };
}
