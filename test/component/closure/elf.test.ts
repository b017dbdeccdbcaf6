// The reader of ELF files: what a writer of the tests put in comes out, and a file of any bytes is an answer, soon.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type ElfReading, readElf } from '../../../src/component/closure/elf.ts';
import { withSlices } from '../../../src/component/closure/read-slice.ts';
import { contentOf } from '../../../src/tree/content.ts';
import { makeElf } from './make-elf.ts';

const reading = (bytes: Uint8Array): Promise<ElfReading | undefined> => withSlices(contentOf(bytes), readElf);

const name = fc.stringMatching(/^[A-Za-z0-9_.+-]{1,40}$/);
const plan = fc.record(
  {
    bits: fc.constantFrom(32, 64),
    little: fc.boolean(),
    machine: fc.integer({ min: 1, max: 0xffff }),
    loader: name.map((text) => `/lib/${text}`),
    soname: name,
    needed: fc.array(name, { maxLength: 30 }),
    rpath: fc.array(name, { minLength: 1, maxLength: 3 }).map((parts) => parts.join(':')),
    runpath: fc.constantFrom('$ORIGIN/../lib', '/a:/b', ''),
  },
  { requiredKeys: [] },
) as fc.Arbitrary<Parameters<typeof makeElf>[0]>;

test('what is in a file comes out of it', async () => {
  await fc.assert(
    fc.asyncProperty(plan, async (wanted) => {
      const { bits = 64, machine = 62, loader, soname, needed = [], rpath, runpath } = wanted;
      expect(await reading(makeElf(wanted))).toEqual({
        bits,
        machine,
        needed,
        rpath: rpath?.split(':') ?? [],
        ...(loader === undefined ? {} : { loader }),
        ...(soname === undefined ? {} : { soname }),
        ...(runpath === undefined ? {} : { runpath: runpath.split(':').filter(Boolean) }),
      });
    }),
  );
});

test('a file that ends anywhere, or has other bytes anywhere, is an answer', async () => {
  await fc.assert(
    fc.asyncProperty(
      plan,
      fc.nat(),
      fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 12 }),
      async (wanted, cut, changes) => {
        const bytes = makeElf(wanted);
        for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
        const answer = await reading(bytes.subarray(0, cut % 2 === 0 ? bytes.length : cut % bytes.length));
        if (typeof answer === 'object') expect(answer.needed.length).toBeLessThan(4096);
      },
    ),
    { numRuns: 2000 },
  );
});

test('no more than a few pages are read, whatever a file says of its tables', async () => {
  const bytes = Buffer.concat([makeElf({ needed: Array.from({ length: 500 }, (_, at) => `lib${at}.so`) })]);
  let read = 0;
  await withSlices(contentOf(bytes), (slice) =>
    readElf(async (offset, size) => {
      expect(size).toBeLessThanOrEqual(1 << 17);
      read += size;
      return slice(offset, size);
    }),
  );
  expect(read).toBeLessThan(4 << 20);
});

const patched = (change: (bytes: Buffer) => void) => {
  const bytes = makeElf({ needed: ['libc.so.6'], loader: '/lib64/ld.so' });
  change(bytes);
  return reading(bytes);
};

test.each<[string, (bytes: Buffer) => void, string]>([
  ['a class that is none', (bytes) => bytes.writeUInt8(3, 4), 'its class or byte order is unknown'],
  [
    'too many program headers',
    (bytes) => bytes.writeUInt16LE(0xffff, 56),
    'its program headers are malformed',
  ],
  [
    'program headers beyond the end',
    (bytes) => bytes.writeBigUInt64LE(2n ** 63n, 32),
    'its program headers lie beyond its end',
  ],
  [
    'a dynamic section without an end',
    (bytes) => bytes.writeBigUInt64LE(16n, 64 + 56 + 32),
    'its dynamic section has no end',
  ],
  [
    'strings outside of all segments',
    (bytes) => bytes.writeBigUInt64LE(8n, 64 + 32),
    'its table of strings lies nowhere',
  ],
])('%s', async (_what, change, said) => {
  expect(await patched(change)).toBe(said);
});

test('what is no ELF file is none', async () => {
  expect(await reading(Buffer.from('#!/bin/sh\n'))).toBeUndefined();
  expect(await reading(Buffer.from('\x7fEL'))).toBeUndefined();
  expect(await reading(Buffer.from('\x7fELF'))).toBe('it ends within its header');
});
