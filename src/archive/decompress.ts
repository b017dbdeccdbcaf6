// Compressed bytes → bytes, streaming. What is cut off, damaged or followed by something else is an error.
import { createGunzip, type Gunzip } from 'node:zlib';
import { CatamaranError, messageOf } from '../base/errors.ts';
import { decompressXz } from './xz.ts';
import { decompressZstd } from './zstd.ts';

export type Compression = 'gzip' | 'xz' | 'zstd' | 'none';

const magics = [
  ['gzip', [0x1f, 0x8b]],
  ['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]],
  ['zstd', [0x28, 0xb5, 0x2f, 0xfd]],
] as const;

/** From the first six bytes or more. */
export function detectFormat(firstBytes: Uint8Array): Compression {
  for (const [format, magic] of magics) if (magic.every((byte, at) => firstBytes[at] === byte)) return format;
  return 'none';
}

/** Bounded memory, but not a bounded amount: the caller counts. Errors of `source` itself pass unchanged. */
export async function* decompress(
  source: AsyncIterable<Uint8Array>,
  format: Compression,
): AsyncGenerator<Uint8Array> {
  if (format === 'none') return yield* source;
  let sourceError: { thrown: unknown } | undefined;
  let fed = 0;
  async function* watched(): AsyncGenerator<Uint8Array> {
    try {
      for await (const chunk of source) {
        fed += chunk.length;
        yield chunk;
      }
    } catch (thrown) {
      sourceError = { thrown };
      throw thrown;
    }
  }
  try {
    yield* decoders[format](watched());
    if (fed === 0) throw new Error('there is none');
  } catch (thrown) {
    if (sourceError !== undefined) throw sourceError.thrown;
    throw new CatamaranError(
      'integrity',
      {
        code: 'decompress-failed',
        message: `the ${format} data cannot be decompressed: ${messageOf(thrown)}`,
        hint: 'The file is damaged, although it may have the promised digest: fetch it from another source.',
      },
      { cause: thrown },
    );
  }
}

type Decoder = (source: AsyncIterable<Uint8Array>) => AsyncGenerator<Uint8Array>;

const decoders: Readonly<Record<Exclude<Compression, 'none'>, Decoder>> = {
  gzip: (source) => byZlib(source, createGunzip({ chunkSize: 1 << 18 })),
  xz: decompressXz,
  zstd: decompressZstd,
};

async function* byZlib(source: AsyncIterable<Uint8Array>, decoder: Gunzip): AsyncGenerator<Uint8Array> {
  let fed = 0;
  const feeding = (async () => {
    for await (const chunk of source) {
      fed += chunk.length;
      if (decoder.destroyed || decoder.readableEnded) continue;
      if (!decoder.write(chunk)) await drained(decoder);
    }
    decoder.end();
  })();
  feeding.catch((thrown) => decoder.destroy(thrown));
  try {
    yield* decoder as AsyncIterable<Buffer>;
    await feeding;
    // zlib stops without a word at what is no further member.
    if (decoder.bytesWritten !== fed) throw new Error('something follows its end');
  } finally {
    decoder.destroy();
  }
}

function drained(decoder: Gunzip): Promise<void> {
  return new Promise((resolve) => {
    const events = ['drain', 'end', 'close'];
    const settle = () => {
      for (const event of events) decoder.off(event, settle);
      resolve();
    };
    for (const event of events) decoder.on(event, settle);
  });
}
