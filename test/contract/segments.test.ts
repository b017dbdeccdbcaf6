// The index of segments, by which the initrd mounts them: offsets from the end of base, each segment after the other.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readSegments, writeSegments } from '../../src/contract/segments.ts';

const anySegments = fc.array(
  fc.record({
    size: fc.nat(2 ** 30),
    sha256: fc.stringMatching(/^[0-9a-f]{64}$/),
    mountPoints: fc.array(fc.stringMatching(/^(\/[a-z0-9.]{1,9}){1,4}$/), { minLength: 1, maxLength: 3 }),
  }),
);

test('what is written is read, and so is an index of the time before the format', () => {
  fc.assert(
    fc.property(anySegments, (segments) => {
      const text = writeSegments(segments);
      expect(readSegments(text)).toEqual(segments);
      expect(readSegments(text.replace('format 1\n', ''))).toEqual(segments);
    }),
  );
});

const [a, b] = ['aa'.repeat(32), 'bb'.repeat(32)];

test('one line for each', () => {
  const index = writeSegments([
    { size: 8192, sha256: a, mountPoints: ['/usr/lib/modules'] },
    { size: 4096, sha256: b, mountPoints: ['/containers/services/a/lower', '/c'] },
  ]);
  expect(index).toBe(
    `format 1\n0 8192 ${a} /usr/lib/modules\n8192 4096 ${b} /containers/services/a/lower /c\n`,
  );
  expect(writeSegments([])).toBe('format 1\n');
});

test.each([
  ['format 2\n', 'has format 2; this program knows 1'],
  [`format 1\n5 4096 ${a} /a\n`, 'has a line that is none'],
  [`0 x ${a} /a\n`, 'has a line that is none'],
  [`0 4096 ${a.slice(1)} /a\n`, 'has a line that is none'],
])('%j is refused', (text, message) => {
  expect(() => readSegments(text)).toThrow(message);
});
