// xz by xz-embedded (WebAssembly) from the package xz-decompress. Its own stream class decodes one stream at a time in
// the whole process, and never lets go of it when a reader stops early; so the decoder is driven from here.
import xzDecompress from 'xz-decompress';

// A CommonJS package: Node gives its exports as one object.
const { XzReadableStream } = xzDecompress;

/** The context of the package's C code: its buffers' size, then its struct xz_buf. Offsets in 32-bit words. */
const field = { bufferSize: 0, input: 1, inputAt: 2, output: 4, outputSize: 5 } as const;
const codes = { ok: 0, streamEnd: 1 } as const;
const reasons: Readonly<Record<number, string>> = {
  3: 'out of memory',
  4: 'it needs a larger dictionary than is allowed',
  5: 'it is not in xz format',
  6: 'it uses an option that is not supported',
  7: 'it is damaged',
  8: 'it ends too early',
};

interface Decoder {
  readonly memory: { readonly buffer: ArrayBuffer };
  create_context(): number;
  supply_input(context: number, size: number): void;
  get_next_output(context: number): number;
  destroy_context(context: number): void;
}

interface PackageInternals {
  _getModuleInstance(): Promise<void>;
  readonly _moduleInstance: { readonly exports: unknown };
}

async function loadDecoder(): Promise<Decoder> {
  const internals = XzReadableStream as unknown as PackageInternals;
  await internals._getModuleInstance();
  return internals._moduleInstance.exports as unknown as Decoder;
}

/** Streams one after the other, with zeros between them (section 2 of the format), are one content. */
export async function* decompressXz(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const decoder = await loadDecoder();
  const context = decoder.create_context();
  // Looked up anew each time: the memory moves when it grows.
  const words = () => new Uint32Array(decoder.memory.buffer, context, 6);

  /** Decodes one bufferful; no bytes at all say that the input ends here. True at the end of the last stream. */
  function* step(input: Uint8Array): Generator<Uint8Array, boolean> {
    new Uint8Array(decoder.memory.buffer, words()[field.input], input.length).set(input);
    decoder.supply_input(context, input.length);
    for (;;) {
      const code = decoder.get_next_output(context);
      if (code !== codes.ok && code !== codes.streamEnd) throw new Error(reasons[code] ?? `error ${code}`);
      const state = words();
      const size = state[field.outputSize]!;
      if (size > 0) yield new Uint8Array(decoder.memory.buffer, state[field.output], size).slice();
      words()[field.outputSize] = 0;
      if (code === codes.streamEnd) return true;
      if (words()[field.inputAt] === input.length && size < words()[field.bufferSize]!) return false;
    }
  }

  try {
    for await (const chunk of source) {
      const most = words()[field.bufferSize]!;
      for (let at = 0; at < chunk.length; at += most) yield* step(chunk.subarray(at, at + most));
    }
    if (!(yield* step(new Uint8Array()))) throw new Error('it ends too early');
  } finally {
    decoder.destroy_context(context);
  }
}
