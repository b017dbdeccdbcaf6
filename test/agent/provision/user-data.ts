// From user-data as people write it to what comes of it on a scratch machine.
import { onTestFinished } from 'vitest';
import type { Finished } from '../../../src/agent/host/host.ts';
import {
  applyConfig,
  type Occasion,
  type Outcome,
  type Pass,
} from '../../../src/agent/provision/apply/apply.ts';
import type { MachineConfig } from '../../../src/contract/user-data/machine-config.ts';
import { readUserData } from '../../../src/contract/user-data/read.ts';
import { type ScratchHost, scratchHost } from './scratch-host.ts';

/** What an image has. */
export const imageFiles: Readonly<Record<string, string>> = {
  '/etc/passwd':
    'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n',
  '/etc/group': 'root:x:0:\ntty:x:5:\nnogroup:x:65534:\n',
  '/etc/shadow': 'root:*:19000:0:99999:7:::\nnobody:*:19000:0:99999:7:::\n',
  '/etc/hosts': '127.0.0.1 localhost\n',
  '/etc/profile.d/x': '',
  '/proc/cmdline': 'console=ttyS0 quiet\n',
  '/proc/meminfo': 'MemTotal:        1048576 kB\n',
  '/proc/uptime': '12.34 5.6\n',
  '/proc/self/mounts': '/dev/vda10 /var ext4 rw 0 0\n',
  '/run/catamaran/disk': 'vda\n',
};

export interface Applied {
  readonly host: ScratchHost;
  readonly outcomes: Outcome[];
  /** `STATE: WHAT`, of all passes or of one module. */
  lines(module?: string): string[];
}

export interface Case {
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  readonly answers?: (command: readonly string[]) => Partial<Finished> | undefined;
  readonly passes?: readonly Pass[];
  readonly newInstance?: boolean;
  readonly fetch?: Occasion['fetch'];
  readonly host?: ScratchHost;
}

const noNetwork: Occasion['fetch'] = () => ({ problem: 'there is no network' });

export function configOf(userData: string): MachineConfig {
  return readUserData(new TextEncoder().encode(userData)).config;
}

export function applyText(userData: string, given: Case = {}): Applied {
  return apply(configOf(`#cloud-config\n${userData}`), given);
}

export function apply(
  config: MachineConfig,
  {
    files = {},
    answers,
    passes = ['local', 'network', 'final'],
    newInstance = true,
    fetch = noNetwork,
    host: earlier,
  }: Case = {},
): Applied {
  const host = earlier ?? scratchHost({ ...imageFiles, ...files }, answers);
  onTestFinished(() => host.remove());
  const outcomes = passes.flatMap((pass) => applyConfig(host, config, { pass, newInstance, fetch }));
  return {
    host,
    outcomes,
    lines: (module) =>
      outcomes
        .filter((each) => module === undefined || each.module === module)
        .map(({ state, what }) => `${state}: ${what}`),
  };
}
