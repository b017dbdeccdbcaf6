// Device nodes of a container, and the rules of its device controller. LinuxKit writes whatever text stands there, and the
// runtime then refuses the container: where it can be told what is meant that is taken, else the entry is left out.
import { childOf, type JsonPointer } from '../document/pointer.ts';
import type { PartFindings } from '../document/problems.ts';
import { parseMode } from '../document/scalars.ts';
import type { RawDevice, RawDeviceRule } from './spec.generated.ts';

const nodeTypes = ['b', 'c', 'p', 'u'];

/** By the names that Linux gives to block devices. */
const blockDevice =
  /^\/dev\/(?:(?:[svh]|xv)d[a-z]|nvme\d+n|mmcblk|loop\d|dm-|mapper\/(?!control$)|md\d|nbd|zram|ram\d|sr\d|disk\/)/;

export function readDevice(
  raw: RawDevice,
  pointer: JsonPointer,
  findings: PartFindings,
): (RawDevice & { path: string }) | undefined {
  const { warn } = findings;
  const device = readMode(raw, pointer, findings);
  const { path = '', type = '' } = device;
  if (path === '') {
    warn(pointer, {
      code: 'spec-device',
      message: 'the device has no path: it is left out',
      hint: 'Add path: and where its node is, such as /dev/net/tun.',
    });
    return undefined;
  }
  if (path === 'all' ? ['', 'a', ...nodeTypes].includes(type) : nodeTypes.includes(type)) {
    const { type: _, ...untyped } = device;
    return { ...(type === '' ? untyped : device), path };
  }
  const taken = path === 'all' ? 'a' : blockDevice.test(path) ? 'b' : 'c';
  const fault = type === '' ? 'has no type' : `has the type ${type}, which no such device has`;
  warn(pointer, {
    code: 'spec-device',
    message: `${path} ${fault}: ${taken} is taken`,
    hint: 'Add type: c for a character device, b for a block device, p for a FIFO.',
  });
  return { ...device, path, type: taken };
}

/** LinuxKit looks at the bits of single nodes alone, and takes negative ones too. */
function readMode(device: RawDevice, pointer: JsonPointer, { problem, warn }: PartFindings): RawDevice {
  const { mode = '', ...rest } = device;
  if (mode === '' || isMode(mode)) return device;
  const taken = mode.replace(/^-/, '');
  const say = (tell: PartFindings['warn'], outcome: string) =>
    tell(childOf(pointer, 'mode'), {
      code: 'spec-device',
      message: `mode is ${JSON.stringify(mode)}, which are no permission bits${outcome}`,
      hint: 'Write them in octal, such as "0666".',
    });
  if (device.path === 'all') {
    say(warn, ': it has no effect here');
    return rest;
  }
  if (isMode(taken)) say(warn, `: ${taken} is taken`);
  else say(problem, '');
  return { ...device, mode: taken };
}

function isMode(text: string): boolean {
  try {
    parseMode(text);
    return true;
  } catch {
    return false;
  }
}

/** A rule that allows too little to be understood is left out, one that denies is taken to deny all. */
export function readDeviceRule(
  rule: RawDeviceRule,
  pointer: JsonPointer,
  { warn }: PartFindings,
): RawDeviceRule | undefined {
  const { allow = false, type = 'a', access = 'rwm' } = rule;
  const knownType = ['', 'a', 'b', 'c'].includes(type);
  const knownAccess = /^[rwm]*$/.test(access);
  const { type: _, access: __, ...numbers } = rule;
  if (knownType && knownAccess) {
    return { ...numbers, ...(rule.type ? { type } : {}), ...(rule.access ? { access } : {}) };
  }
  const fault = knownType ? `the access ${JSON.stringify(access)}` : `the type ${JSON.stringify(type)}`;
  warn(pointer, {
    code: 'spec-device',
    message: `no rule has ${fault}: ${allow ? 'this one is left out' : 'all of it is denied'}`,
    hint: 'A type is a, b or c; access is made of r, w and m, such as rwm.',
  });
  if (allow) return undefined;
  return { ...numbers, type: knownType ? type || 'a' : 'a', access: knownAccess ? access : 'rwm' };
}
