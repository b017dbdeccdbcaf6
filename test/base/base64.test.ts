import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeBase64, encodeBase64 } from '../../src/base/base64.ts';

test('what is encoded is what Node makes of it, and comes back', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const text = encodeBase64(bytes);
      expect(text).toBe(Buffer.from(bytes).toString('base64'));
      expect(decodeBase64(text)).toEqual(bytes);
    }),
  );
});

test.each(['=', 'A', 'AB=', 'A===', 'A*==', 'AAAAA', 'é'])('%s is not of base 64', (text) => {
  expect(decodeBase64(text)).toBeUndefined();
});

test('white space is passed over', () => expect(decodeBase64(' QU\nI=\t')).toEqual(new Uint8Array([65, 66])));
