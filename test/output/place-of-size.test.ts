import { expect, test } from 'vitest';
import { CatamaranError } from '../../src/base/errors.ts';
import { placeSize } from '../../src/output/place-of-size.ts';
import { readSpec } from '../../src/specification/read.ts';

const spec = readSpec(
  'server.yml',
  'os: {id: x, version: 1}\nkernel: {image: component:kernel}\ndisk:\n  slot: 8M\n',
  {},
);
const tooSmall = (code: 'slot-too-small' | 'partition-too-small') =>
  new CatamaranError('spec', { code, message: 'too small', hint: 'Set it.' });

test('a slot that is too small is an error of its line', () => {
  expect(placeSize(tooSmall('slot-too-small'), { spec })).toMatchObject({
    diagnostics: [
      { code: 'slot-too-small', hint: 'Set it.', position: { file: 'server.yml', line: 4, column: 3 } },
    ],
  });
});

test('a size that is nowhere written is an error of the section, and others keep what they have', () => {
  expect(placeSize(tooSmall('partition-too-small'), { spec })).toMatchObject({
    diagnostics: [{ position: { line: 4 } }],
  });
  const other = new Error('x');
  expect(placeSize(other, { spec })).toBe(other);
});
