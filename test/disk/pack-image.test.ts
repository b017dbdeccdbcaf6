// What is packed and put back at its places is the image, block by block.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { packImage } from '../../src/disk/pack-image.ts';
import { sparseImage } from '../../src/disk/sparse.ts';
import { contentOf } from '../../src/tree/content.ts';

const size = 16_384;
const grain = 512;
/** Apart from each other, of any length and at any place. */
const anyExtents = fc
  .array(fc.tuple(fc.nat(900), fc.uint8Array({ minLength: 1, maxLength: 1500, size: 'max' })), {
    maxLength: 12,
  })
  .map((list) => {
    let at = 0;
    return list.flatMap(([gap, bytes]) => {
      const offset = at + gap;
      at = offset + bytes.length;
      return at <= size ? [{ offset, bytes }] : [];
    });
  });

test('pieces are whole blocks, apart, none of zeros alone, and hold all that was there', async () => {
  await fc.assert(
    fc.asyncProperty(anyExtents, async (extents) => {
      const image = new Uint8Array(size);
      for (const { offset, bytes } of extents) image.set(bytes, offset);
      const sparse = sparseImage(
        size,
        extents.map(({ offset, bytes }) => ({ offset, content: contentOf(bytes) })),
      );
      const { pieces, bytes } = await packImage(sparse, grain);
      const back = new Uint8Array(size);
      let [at, end] = [0, -1];
      for (const piece of pieces) {
        expect([piece.offset % grain, piece.size % grain, piece.offset > end]).toEqual([0, 0, true]);
        end = piece.offset + piece.size;
        const part = bytes.subarray(at, at + piece.size);
        for (let block = 0; block < part.length; block += grain)
          expect(part.subarray(block, block + grain).some((byte) => byte !== 0)).toBe(true);
        back.set(part, piece.offset);
        at += piece.size;
      }
      expect(at).toBe(bytes.length);
      expect(Buffer.compare(back, image)).toBe(0);
    }),
  );
});
