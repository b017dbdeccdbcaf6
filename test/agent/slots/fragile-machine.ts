// A machine whose power can go at any effect, for tests of the agent's order of writes: a disk that keeps, of what was not
// flushed, a random part of its sectors, the file system of the data partition, and the few programs that the agent runs.
import { hash } from 'node:crypto';
import type { Finished } from '../../../src/agent/host.ts';
import type { SlotMachine } from '../../../src/agent/slots/machine.ts';
import type { Partitions } from '../../../src/agent/slots/partitions.ts';
import type { Running } from '../../../src/agent/slots/running.ts';
import type { PartitionRole } from '../../../src/slots/constants.ts';
import { memoryHost } from '../memory-host.ts';

export class PowerCut extends Error {}

const sector = 512;

export interface FragileMachine extends SlotMachine {
  /** What survives is decided by `random` (0 to 1) for each sector that was not flushed. */
  cutPower(random: () => number): void;
  /** Effects so far. */
  readonly effects: () => number;
  /** The medium of a partition. */
  readonly medium: (role: PartitionRole) => Uint8Array;
}

/** `cutAt`: the power goes in the middle of this effect, counted from 1. `disk` outlives a machine. */
export function fragileMachine(
  disk: { readonly media: Map<PartitionRole, Uint8Array>; readonly files: Map<string, string | Uint8Array> },
  running: Running,
  release: ReadonlyMap<string, Uint8Array>,
  cutAt = Number.POSITIVE_INFINITY,
): FragileMachine {
  let effects = 0;
  const unflushed = new Map<PartitionRole, Map<number, Uint8Array>>();
  const happen = (last: () => void) => {
    effects += 1;
    if (effects === cutAt) {
      last();
      throw new PowerCut();
    }
  };
  const medium = (role: PartitionRole) => disk.media.get(role)!;
  const put = (role: PartitionRole, offset: number, bytes: Uint8Array) => {
    const pending = unflushed.get(role) ?? new Map<number, Uint8Array>();
    unflushed.set(role, pending);
    for (let at = 0; at < bytes.length; at += sector) pending.set(offset + at, bytes.slice(at, at + sector));
  };
  /** What the machine reads while it runs: all that it has written. */
  const view = (role: PartitionRole) => {
    const bytes = medium(role).slice();
    for (const [offset, sectorBytes] of unflushed.get(role) ?? []) bytes.set(sectorBytes, offset);
    return bytes;
  };
  const settle = (role: PartitionRole, keeps: () => boolean = () => true) => {
    for (const [offset, bytes] of unflushed.get(role) ?? []) if (keeps()) medium(role).set(bytes, offset);
    unflushed.delete(role);
  };

  const partitions: Partitions = {
    sizeOf: (role) => medium(role).length,
    read: (role, offset, size) => view(role).slice(offset, offset + size),
    write(role, offset, bytes) {
      put(role, offset, bytes);
      happen(() => {});
      settle(role);
    },
    copy(file, role, { offset, size }) {
      put(role, offset, release.get(file)!.subarray(offset, offset + size));
      happen(() => {});
    },
    flush(role) {
      happen(() => {});
      settle(role);
    },
    digest: (role, size) => hash('sha256', view(role).subarray(0, size), 'hex'),
    verify: () => {}, // the kernel's to do; what the tests look at is the bytes
  };

  const answer = (command: readonly string[]): Finished | undefined => {
    const ok = (output = '') => ({ status: 0, output });
    const [program, ...rest] = command;
    if (program === 'uname') return ok('x86_64\n');
    if (program === 'stat') return ok(`${release.get(rest.at(-1)!)?.length ?? ''}\n`);
    if (program === 'sh') return ok(hash('sha256', release.get(rest.at(-1)!)!, 'hex'));
    if (program === 'mv') {
      // A rename is in the journal or it is not.
      happen(() => {});
      disk.files.set(rest.at(-1)!, host.files.get(rest.at(-2)!)!);
      host.files.set(rest.at(-1)!, host.files.get(rest.at(-2)!)!);
      host.files.delete(rest.at(-2)!);
    }
    return undefined;
  };
  const host = memoryHost(Object.fromEntries([...disk.files, ...texts(release)]), answer);
  const removeFile = (path: string) => {
    happen(() => {});
    disk.files.delete(path);
    host.files.delete(path);
  };

  return {
    host: { ...host, removeFile },
    partitions,
    running,
    reach: () => {},
    cutPower(random) {
      for (const role of [...unflushed.keys()]) settle(role, () => random() < 0.5);
    },
    effects: () => effects,
    medium,
  };
}

function texts(files: ReadonlyMap<string, Uint8Array>): [string, string][] {
  return [...files]
    .filter(([path]) => path.endsWith('.json'))
    .map(([path, bytes]) => [path, Buffer.from(bytes).toString()]);
}
