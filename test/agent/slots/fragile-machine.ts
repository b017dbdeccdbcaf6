// A machine whose power can go at any effect, for tests of the agent's order of writes: a disk that keeps, of what was not
// flushed, a random part of its sectors, the file system of the data partition, and the few programs that the agent runs.
import { hash } from 'node:crypto';
import type { Finished, Host, Move } from '../../../src/agent/host/host.ts';
import type { SlotMachine } from '../../../src/agent/slots/machine.ts';
import type { Partitions } from '../../../src/agent/slots/partitions.ts';
import type { Running } from '../../../src/agent/slots/running.ts';
import { type PartitionRole, partitionNumber, partitionRoles } from '../../../src/slots/constants.ts';
import { type MemoryHost, memoryHost } from '../memory-host.ts';
import { answerCurl } from './memory-curl.ts';

export class PowerCut extends Error {}

const sector = 512;

export interface FragileMachine extends SlotMachine {
  readonly host: Host;
  /** What survives is decided by `random` (0 to 1) for each sector that was not flushed. */
  cutPower(random: () => number): void;
  /** Effects so far. */
  readonly effects: () => number;
  /** The medium of a partition. */
  readonly medium: (role: PartitionRole) => Uint8Array;
}

export interface FragileDisk {
  readonly media: Map<PartitionRole, Uint8Array>;
  /** Of the data partition, and what else the agent reads. */
  readonly files: Map<string, string | Uint8Array>;
}

/**
 * `cutAt`: the power goes in the middle of this effect, counted from 1. `disk` outlives a machine. `release`: by path, or by
 * address what a server has.
 */
export function fragileMachine(
  disk: FragileDisk,
  running: Running,
  release: ReadonlyMap<string, Uint8Array>,
  cutAt = Number.POSITIVE_INFINITY,
): FragileMachine {
  let effects = 0;
  const unflushed = new Map<PartitionRole, Map<number, Uint8Array>>();
  const happen = () => {
    effects += 1;
    requirePower();
  };
  /** Nothing happens any more after a cut, whatever the program still tries to put in order. */
  const requirePower = () => {
    if (effects >= cutAt) throw new PowerCut();
  };
  const medium = (role: PartitionRole) => disk.media.get(role)!;
  const put = (role: PartitionRole, offset: number, bytes: Uint8Array) => {
    requirePower();
    const pending = unflushed.get(role) ?? new Map<number, Uint8Array>();
    unflushed.set(role, pending);
    for (let at = 0; at < bytes.length; at += sector) pending.set(offset + at, bytes.slice(at, at + sector));
  };
  /** What the machine reads while it runs: all that it has written. */
  const view = (role: PartitionRole) => {
    const pending = unflushed.get(role);
    if (pending === undefined) return medium(role);
    const bytes = medium(role).slice();
    for (const [offset, sectorBytes] of pending) bytes.set(sectorBytes, offset);
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
      happen();
      settle(role);
    },
    copy(file, role, { offset, size }) {
      put(role, offset, contentOf(file).subarray(offset, offset + size));
      happen();
    },
    flush(role) {
      happen();
      settle(role);
    },
    digest: (role, size) => hash('sha256', view(role).subarray(0, size), 'hex'),
    verify: () => {}, // the kernel's to do; what the tests look at is the bytes
  };

  const contentOf = (path: string): Uint8Array => {
    const role = roles.get(path);
    if (role !== undefined) return view(role);
    const content = release.get(path) ?? host.files.get(path);
    if (content === undefined) throw new Error(`there is no ${path}`);
    return typeof content === 'string' ? Buffer.from(content) : content;
  };
  /** What a rename would put in its place. */
  const synced = new Map<string, string | Uint8Array>();
  const answer = (command: readonly string[]): Finished | undefined => {
    const ok = (output = '') => ({ status: 0, output });
    const [program, ...rest] = command;
    const last = rest.at(-1)!;
    if (program === 'uname') return ok('x86_64\n');
    if (program === 'stat') return ok(`${release.get(last)?.length ?? ''}\n`);
    if (program === 'sh') return ok(hash('sha256', shellInput(rest, contentOf), 'hex'));
    if (program === 'sha256sum')
      return host.files.has(last) ? ok(`${hash('sha256', contentOf(last), 'hex')}  ${last}\n`) : failed;
    if (program === 'curl') return ok(answerCurl(host, release, last));
    if (program === 'sync' && host.files.has(last)) synced.set(last, host.files.get(last)!);
    if (program === 'mv') {
      // A rename is in the journal or it is not; what was not flushed before it is nothing.
      happen();
      const from = rest.at(-2)!;
      disk.files.set(last, synced.get(from) ?? '');
      host.files.set(last, host.files.get(from)!);
      host.files.delete(from);
    }
    return undefined;
  };
  const host: MemoryHost = memoryHost(
    Object.fromEntries([...devices, ...disk.files, ...texts(release)]),
    answer,
  );
  const removeFile = (path: string) => {
    if (disk.files.has(path)) happen();
    disk.files.delete(path);
    host.files.delete(path);
  };
  const transfer = (from: string, to: string, moves: Iterable<Move>) => {
    const role = roles.get(to);
    const source = contentOf(from);
    const target = role === undefined ? contentOf(to) : undefined;
    for (const move of moves) {
      const bytes = source.slice(move.from, move.from + move.size);
      if (bytes.length < move.size) throw new Error(`${from} ends before byte ${move.from + move.size}`);
      if (role === undefined) target!.set(bytes, move.to);
      else put(role, move.to, bytes);
    }
    if (role !== undefined) happen();
  };

  return {
    host: {
      ...host,
      removeFile,
      transfer,
      readBytes: (path, offset, size) => contentOf(path).slice(offset, offset + size),
    },
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

const failed: Finished = { status: 1, output: '' };

/** Of the agent's two scripts that end in sha256sum: the beginning of a file, and one whose first block is in another. */
function shellInput(words: readonly string[], contentOf: (path: string) => Uint8Array): Uint8Array {
  const [, script = '', , ...rest] = words;
  if (!script.startsWith('{')) return contentOf(rest[1]!).subarray(0, Number(rest[0]));
  const [head = '', device = '', size] = rest;
  return Buffer.concat([
    contentOf(head).subarray(0, 4096),
    contentOf(device).subarray(4096, 4096 + Number(size)),
  ]);
}

const deviceOf = (role: PartitionRole) => `vda${partitionNumber(role)}`;
const roles = new Map(partitionRoles.map((role) => [`/dev/${deviceOf(role)}`, role]));
const devices: [string, string][] = [
  ['/run/catamaran/disk', 'vda\n'],
  ...partitionRoles.map((role): [string, string] => [
    `/sys/block/vda/${deviceOf(role)}/uevent`,
    `PARTNAME=${role}\n`,
  ]),
];

function texts(files: ReadonlyMap<string, Uint8Array>): [string, string][] {
  return [...files]
    .filter(([path]) => path.endsWith('.json'))
    .map(([path, bytes]) => [path, Buffer.from(bytes).toString()]);
}
