// A disk as bytes, before it has partitions. Writes go past the page cache, so that an error is told where it happens; what is
// read back comes from the medium. In pieces of a few MiB, each of which counts towards the progress that is shown.
import type { BytePlace } from '../../contract/install.ts';
import { differ } from '../../gpt/bytes.ts';
import { AgentError, type Host, runOrThrow } from '../host/host.ts';

export interface TargetDisk {
  readonly path: string;
  /** From a file or another disk. Offsets and sizes are whole sectors. */
  copy(from: { readonly path: string; readonly offset: number }, to: BytePlace): void;
  /** Zeros, where there are none yet: a disk that allocates what is written stays as small as it is. True: it wrote. */
  clear(place: BytePlace): boolean;
  /** A few sectors; they are read back at once. */
  write(offset: number, bytes: Uint8Array): void;
  /** From the medium. */
  read(offset: number, size: number): Uint8Array;
  /** SHA-256 in hex, of the medium. */
  digest(place: BytePlace): string;
  isZero(place: BytePlace): boolean;
  /** What was written is on the medium, whatever caches the disk has, and the kernel holds nothing of it. */
  flush(): void;
}

/** Called with the bytes that are done. */
export type Track = (bytes: number) => void;

const block = 1 << 20;
const window = 8 * block;
const scratch = '/run/catamaran/block';
const said = '/run/catamaran/dd';

export function openTargetDisk(host: Host, path: string, track: Track = () => {}): TargetDisk {
  const disk: TargetDisk = {
    path,
    copy(from, to) {
      for (const { offset, size } of windows(to)) {
        const skip = from.offset + offset - to.offset;
        writeByDd(host, { from: from.path, skip, to: path, offset, size });
        track(size);
      }
    },
    clear(place) {
      const stays = disk.isZero(place);
      if (!stays) writeByDd(host, { from: '/dev/zero', skip: 0, to: path, ...place });
      track(place.size);
      return !stays;
    },
    write(offset, bytes) {
      host.writeFile(scratch, bytes);
      writeByDd(host, { from: scratch, skip: 0, to: path, offset, size: bytes.length });
      host.removeFile(scratch);
      disk.flush();
      if (differ(disk.read(offset, bytes.length), bytes)) throw notAsWritten(path, offset);
    },
    read: (offset, size) => readBack(host, path, { offset, size }),
    digest(place) {
      const digest = filter(host, path, place, 'sha256sum').slice(0, 64);
      track(place.size);
      return digest;
    },
    isZero: (place) => Number(filter(host, path, place, "tr -d '\\000' | wc -c")) === 0,
    flush() {
      runOrThrow(host, ['sync', path]);
      runOrThrow(host, ['blockdev', '--flushbufs', path]);
    },
  };
  return disk;
}

export function notAsWritten(path: string, offset: number): AgentError {
  return new AgentError(
    `${path} does not read as it was written, at byte ${offset}; the disk may be failing`,
    {
      code: 'disk-read-back',
      hint: 'Try again; if it happens again, replace the disk.',
    },
  );
}

export function* windows({ offset, size }: BytePlace): Generator<BytePlace> {
  for (let done = 0; done < size; done += window)
    yield { offset: offset + done, size: Math.min(window, size - done) };
}

interface Write extends BytePlace {
  readonly from: string;
  readonly skip: number;
  readonly to: string;
}

function writeByDd(host: Host, { from, skip, to, offset, size }: Write): void {
  const bs = Math.min(block, size);
  const places = [`if=${from}`, `of=${to}`, `bs=${bs}`, `skip=${skip}`, `seek=${offset}`, `count=${size}`];
  const flags = ['iflag=skip_bytes,count_bytes,fullblock', 'oflag=direct,seek_bytes', 'conv=notrunc'];
  const { status, output } = host.run(['dd', ...places, ...flags]);
  const done = bytesDone(output, bs, size);
  if (status === 0 && done === size) return;
  // BusyBox and coreutils alike: `dd: error writing 'FILE': …`.
  if (/error writing/.test(output)) {
    throw new AgentError(`${to} cannot be written at byte ${offset + done}: ${reasonOf(output)}`, {
      code: 'disk-write',
      hint: 'Look at the kernel log (dmesg): the disk may be failing or read-only.',
    });
  }
  throw unreadable(from, skip + done, output);
}

/** What a program makes of these bytes of the medium. The sum of a pipe has no place for what dd says. */
function filter(host: Host, path: string, { offset, size }: BytePlace, program: string): string {
  const bs = Math.min(block, size);
  const flags = 'iflag=direct,skip_bytes,count_bytes,fullblock';
  const script = `dd if="$1" bs="$2" skip="$3" count="$4" ${flags} 2>"$5" | ${program}; cat "$5"`;
  const output = runOrThrow(host, [
    ...(['sh', '-c', script, 'sh', path] as const),
    ...[bs, offset, size].map(String),
    said,
  ]);
  const [result = '', ...words] = output.split('\n');
  const end = words.join('\n');
  const done = bytesDone(end, bs, size);
  if (done !== size) throw unreadable(path, offset + done, end);
  return result;
}

function readBack(host: Host, path: string, { offset, size }: BytePlace): Uint8Array {
  try {
    return host.readBytes(path, offset, size);
  } catch {
    throw unreadable(path, offset, '');
  }
}

function unreadable(path: string, offset: number, output: string): AgentError {
  const reason = reasonOf(output);
  return new AgentError(`${path} cannot be read at byte ${offset}${reason === '' ? '' : `: ${reason}`}`, {
    code: 'file-read',
    hint: 'Look at the kernel log (dmesg): the medium may be damaged or failing.',
  });
}

/** By its last lines: `FULL+PARTIAL records out`. A partial block is the last one, and whole where dd came so far. */
function bytesDone(output: string, bs: number, size: number): number {
  const [, full = '0', partial = '0'] = /^(\d+)\+(\d+) records out$/m.exec(output) ?? [];
  const bytes = Number(full) * bs;
  return Number(partial) > 0 && size - bytes < bs ? size : bytes;
}

function reasonOf(output: string): string {
  const line = output.split('\n').find((each) => each.startsWith('dd: ')) ?? '';
  return line.slice(line.lastIndexOf(': ') + 2).trim();
}
