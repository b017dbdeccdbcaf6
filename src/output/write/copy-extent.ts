// The one loop that moves an image's bytes: from an extent's content to a place in the output. A large buffer, twice, so
// that reading goes on while the last piece is being written.
import { open } from 'node:fs/promises';
import type { PlainContent } from '../../tree/content.ts';
import type { OutputFile } from './output-file.ts';
import type { OutputOptions } from './write-output.ts';

const bufferSize = 4 << 20;
/** Pairs that nobody uses: what is allocated anew for each extent keeps the collector busier than all else. */
const spare: (readonly [Buffer, Buffer])[] = [];
const takeBuffers = () =>
  spare.pop() ?? ([Buffer.allocUnsafeSlow(bufferSize), Buffer.allocUnsafeSlow(bufferSize)] as const);

/** Copies `size` bytes of `content` from `start` on to `position` in `file`. */
export async function copyContent(
  content: PlainContent,
  { start, size }: { start: number; size: number },
  file: OutputFile,
  position: number,
  { signal, advance }: OutputOptions = {},
): Promise<void> {
  if (content.at === 'memory') {
    await file.write(content.bytes.subarray(start, start + size), position);
    advance?.(size);
    return;
  }
  const source = await open(content.path, 'r');
  const buffers = takeBuffers();
  let pending: Promise<void> = Promise.resolve();
  try {
    for (let done = 0, turn: 0 | 1 = 0; done < size; turn = turn === 0 ? 1 : 0) {
      signal?.throwIfAborted();
      const wanted = Math.min(bufferSize, size - done);
      const { bytesRead } = await source.read(buffers[turn], 0, wanted, content.offset + start + done);
      if (bytesRead === 0) throw new Error(`${content.path} ended ${size - done} bytes early`);
      await pending;
      pending = file.write(buffers[turn].subarray(0, bytesRead), position + done);
      // Awaited a turn later: a failure in between must not count as unhandled.
      pending.catch(() => {});
      done += bytesRead;
      advance?.(bytesRead);
    }
    await pending;
  } finally {
    await pending.catch(() => {});
    spare.push(buffers);
    await source.close();
  }
}
