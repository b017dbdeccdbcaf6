// What kind of file a program is: the ELF header (System V ABI, chapter 4) says who must load it, `#!` who interprets it.
import { open } from 'node:fs/promises';

export type ProgramKind =
  /** `loader` is PT_INTERP's path: /lib64/ld-linux-x86-64.so.2 */
  | { readonly kind: 'dynamic'; readonly loader: string }
  | { readonly kind: 'static' }
  | { readonly kind: 'script'; readonly interpreter: string; readonly args: readonly string[] }
  | { readonly kind: 'unknown' };

const interpreterSegment = 3;
const headBytes = 4096;

export async function readProgramKind(path: string): Promise<ProgramKind> {
  const file = await open(path, 'r');
  try {
    const head = Buffer.alloc(headBytes);
    const { bytesRead } = await file.read(head, 0, headBytes, 0);
    return parseProgram(head.subarray(0, bytesRead));
  } finally {
    await file.close();
  }
}

/** `head`: the file's first 4 KiB. Only 64-bit little-endian ELF, which all of our architectures are. */
export function parseProgram(head: Uint8Array): ProgramKind {
  const text = Buffer.from(head.buffer, head.byteOffset, head.byteLength).toString('latin1');
  if (text.startsWith('#!')) {
    const [interpreter = '', ...args] = text.slice(2, text.indexOf('\n')).trim().split(/\s+/);
    return interpreter === '' ? { kind: 'unknown' } : { kind: 'script', interpreter, args };
  }
  if (!text.startsWith('\x7fELF\x02\x01') || head.length < 64) return { kind: 'unknown' };
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const start = Number(view.getBigUint64(32, true));
  const size = view.getUint16(54, true);
  const count = view.getUint16(56, true);
  for (let index = 0; index < count; index += 1) {
    const entry = start + index * size;
    if (entry + 56 > head.length) return { kind: 'unknown' };
    if (view.getUint32(entry, true) !== interpreterSegment) continue;
    const offset = Number(view.getBigUint64(entry + 8, true));
    const end = text.indexOf('\0', offset);
    if (end === -1) return { kind: 'unknown' };
    return { kind: 'dynamic', loader: text.slice(offset, end) };
  }
  return { kind: 'static' };
}
