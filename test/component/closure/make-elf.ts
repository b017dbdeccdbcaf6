// ELF files for tests, as small as the loader takes them: a header, program headers, PT_INTERP and a dynamic section.
import { file } from '../../../src/tree/tree.ts';

export interface ElfPlan {
  readonly bits?: 32 | 64;
  readonly little?: boolean;
  readonly machine?: number;
  readonly loader?: string;
  readonly soname?: string;
  readonly needed?: readonly string[];
  readonly rpath?: string;
  readonly runpath?: string;
}

/** Where the one loaded segment lies in memory. */
const base = 0x400000;

export function makeElf(plan: ElfPlan): Buffer {
  const { bits = 64, little = true, machine = 62, loader, needed = [] } = plan;
  const wide = bits === 64;
  const [headerSize, segmentSize, entrySize] = wide ? [64, 56, 16] : [52, 32, 8];
  const strings: Buffer[] = [Buffer.from([0])];
  const place = (text: string) => {
    const at = Buffer.concat(strings).length;
    strings.push(Buffer.from(`${text}\0`));
    return at;
  };
  const entries: [number, number][] = needed.map((name) => [1, place(name)]);
  if (plan.soname !== undefined) entries.push([14, place(plan.soname)]);
  if (plan.rpath !== undefined) entries.push([15, place(plan.rpath)]);
  if (plan.runpath !== undefined) entries.push([29, place(plan.runpath)]);
  const table = Buffer.concat(strings);
  const interpreter = loader === undefined ? Buffer.alloc(0) : Buffer.from(`${loader}\0`);

  const tableAt = headerSize + 3 * segmentSize;
  const interpreterAt = tableAt + table.length;
  const dynamicAt = interpreterAt + interpreter.length;
  const size = dynamicAt + (entries.length + 3) * entrySize;
  const bytes = Buffer.alloc(size);
  const half = (value: number, at: number) =>
    little ? bytes.writeUInt16LE(value, at) : bytes.writeUInt16BE(value, at);
  const full = (value: number, at: number) =>
    little ? bytes.writeUInt32LE(value, at) : bytes.writeUInt32BE(value, at);
  const word = (value: number, at: number) => {
    if (!wide) full(value, at);
    else if (little) bytes.writeBigUInt64LE(BigInt(value), at);
    else bytes.writeBigUInt64BE(BigInt(value), at);
  };
  bytes.write('\x7fELF', 0, 'latin1');
  bytes.set([wide ? 2 : 1, little ? 1 : 2, 1], 4);
  half(3, 16);
  half(machine, 18);
  word(headerSize, wide ? 32 : 28);
  half(segmentSize, wide ? 54 : 42);
  half(3, wide ? 56 : 44);
  const segment = (index: number, type: number, offset: number, length: number) => {
    const at = headerSize + index * segmentSize;
    full(type, at);
    const [toOffset, toAddress, toSize] = wide ? [8, 16, 32] : [4, 8, 16];
    word(offset, at + toOffset);
    word(base + offset, at + toAddress);
    word(length, at + toSize);
  };
  segment(0, 1, 0, size);
  segment(1, 2, dynamicAt, size - dynamicAt);
  segment(2, loader === undefined ? 4 : 3, interpreterAt, interpreter.length);
  bytes.set(table, tableAt);
  bytes.set(interpreter, interpreterAt);
  [[5, base + tableAt] as const, [10, table.length] as const, ...entries].forEach(([tag, value], index) => {
    word(tag, dynamicAt + index * entrySize);
    word(value, dynamicAt + index * entrySize + entrySize / 2);
  });
  return bytes;
}

/** As a file of a tree, executable. */
export const elfFile = (plan: ElfPlan) => file(makeElf(plan), 0o755);
