// zstd frames → bytes, streaming (RFC 8878). Our own: Node's (from 22.15 on) stops after the first frame, and a library's
// memory and time must be bounded by what is unpacked, not by what ten hostile bytes say. Checksums of frames are not
// looked at: what is decompressed has had its digest checked before.
import { setImmediate } from 'node:timers/promises';
import { collectChunks } from './chunks.ts';
import { type History, maxBlock, newFrame, readBlock } from './zstd-block.ts';
import { damaged } from './zstd-tables.ts';

/** In bytes: the most that the program zstd itself takes unasked, and that its levels up to 22 make. */
const maxWindow = 128 << 20;
/** Past its window, the history may grow by so much, in bytes, before it is moved to the front. */
const minSlack = 1 << 20;

/** Frames one after the other are one content; skippable ones are skipped. */
export function decompressZstd(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  return collectChunks(readFrames(source));
}

async function* readFrames(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const chunks = source[Symbol.asyncIterator]();
  const input = inputOf(chunks);
  /** One for all frames, and never larger than what one of them has really unpacked. */
  const history: History = { bytes: new Uint8Array(), end: 0, window: 0 };
  try {
    while (!(await input.atEnd())) {
      const magic = littleEndian(await input.take(4));
      if (magic === 0xfd2fb528) yield* readFrame(input, history);
      else if (magic >= 0x184d2a50 && magic <= 0x184d2a5f)
        await input.skip(littleEndian(await input.take(4)));
      else throw new Error('what follows is no zstd frame');
    }
  } finally {
    await chunks.return?.();
  }
}

async function* readFrame(input: Input, history: History): AsyncGenerator<Uint8Array> {
  const { window, size, checksum } = await readHeader(input);
  const frame = newFrame();
  history.end = 0;
  history.window = window;
  let done = 0;
  for (let last = false; !last; ) {
    const head = littleEndian(await input.take(3));
    last = (head & 1) === 1;
    const type = (head >> 1) & 3;
    const length = head >> 3;
    if (type === 3 || length > maxBlock) throw damaged('a block is larger than blocks may be');
    makeRoom(history);
    const start = history.end;
    const block = await input.take(type === 1 ? 1 : length);
    if (type === 2) readBlock(block, history, frame);
    else {
      if (type === 0) history.bytes.set(block, start);
      else history.bytes.fill(block[0]!, start, start + length);
      history.end += length;
    }
    done += history.end - start;
    if (history.end > start) yield history.bytes.slice(start, history.end);
  }
  if (size !== undefined && done !== size) throw damaged(`a frame has ${done} bytes, and promised ${size}`);
  if (checksum) await input.take(4);
}

interface FrameHeader {
  /** In bytes. */
  readonly window: number;
  /** Of what is unpacked, in bytes. */
  readonly size?: number;
  readonly checksum: boolean;
}

/** Section 3.1.1.1. */
async function readHeader(input: Input): Promise<FrameHeader> {
  const [descriptor] = await input.take(1);
  const flags = descriptor!;
  const single = (flags & 0x20) !== 0;
  if ((flags & 8) !== 0) throw damaged('a frame uses what is reserved');
  const [shape = 0] = single ? [] : await input.take(1);
  const dictionary = littleEndian(await input.take([0, 1, 2, 4][flags & 3]!));
  if (dictionary !== 0) throw new Error('it wants a dictionary');
  const width = [single ? 1 : 0, 2, 4, 8][flags >> 6]!;
  const said = littleEndian(await input.take(width)) + (width === 2 ? 256 : 0);
  const window = single ? said : 2 ** (10 + (shape >> 3)) * (1 + (shape & 7) / 8);
  if (window > maxWindow) throw new Error(`it needs ${window} bytes of memory, more than ${maxWindow}`);
  return { window, ...(width > 0 && { size: said }), checksum: (flags & 4) !== 0 };
}

/** For one block more: by a larger history, which grows as it is filled, or by what no reference reaches any more. */
function makeRoom(history: History): void {
  const { bytes, end, window } = history;
  if (end + maxBlock <= bytes.length) return;
  const most = window + Math.max(window >> 2, minSlack) + maxBlock;
  if (bytes.length < most) {
    history.bytes = new Uint8Array(Math.min(most, Math.max(2 * bytes.length, 4 * maxBlock)));
    history.bytes.set(bytes.subarray(0, end));
    if (end + maxBlock <= history.bytes.length) return;
  }
  const kept = Math.min(window, end);
  history.bytes.copyWithin(0, end - kept, end);
  history.end = kept;
}

function littleEndian(bytes: Uint8Array): number {
  let value = 0;
  for (let at = bytes.length - 1; at >= 0; at -= 1) value = value * 256 + bytes[at]!;
  return value;
}

interface Input {
  atEnd(): Promise<boolean>;
  /** Exactly so many bytes, which are good until the next call. */
  take(count: number): Promise<Uint8Array>;
  skip(count: number): Promise<void>;
}

/** Blocks that unpack to nothing would else keep the process from everything else, such as being interrupted. */
const readsAtOnce = 4096;

function inputOf(chunks: AsyncIterator<Uint8Array>): Input {
  let chunk: Uint8Array = new Uint8Array();
  let at = 0;
  let reads = 0;

  async function atEnd(): Promise<boolean> {
    while (at === chunk.length) {
      const next = await chunks.next();
      if (next.done) return true;
      chunk = next.value;
      at = 0;
    }
    return false;
  }

  /** At most so many bytes, but some. */
  async function some(count: number): Promise<Uint8Array> {
    if (await atEnd()) throw new Error('it ends too early');
    const part = chunk.subarray(at, at + count);
    at += part.length;
    return part;
  }

  return {
    atEnd,
    async take(count) {
      reads += 1;
      if (reads % readsAtOnce === 0) await setImmediate();
      const part = count === 0 ? new Uint8Array() : await some(count);
      if (part.length === count) return part;
      const whole = new Uint8Array(count);
      whole.set(part);
      for (let done = part.length; done < count; ) {
        const more = await some(count - done);
        whole.set(more, done);
        done += more.length;
      }
      return whole;
    },
    async skip(count) {
      for (let left = count; left > 0; ) left -= (await some(left)).length;
    },
  };
}
