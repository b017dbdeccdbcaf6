// The files for a boot from a network, and the scripts in them. That they boot is shown in test/boot/pxe.test.ts.
import { expect, test } from 'vitest';
import { concatenate } from '../../../src/disk/sparse.ts';
import { composePxe, pxeFiles } from '../../../src/output/media/compose-pxe.ts';
import { contentOf } from '../../../src/tree/content.ts';

const files = composePxe({
  kernel: contentOf('kernel'),
  initrd: contentOf('initrd'),
  root: concatenate([new Uint8Array(4096)]),
  hash: concatenate([new Uint8Array(8192)]),
  arguments: 'console=ttyS0 catamaran.verity=ab,cd,1 panic=10',
});

test('the files', () => {
  expect(pxeFiles.map((name) => [name, files[name].size]).slice(0, 4)).toEqual([
    ['kernel', 6],
    ['initrd', 6],
    ['root.img', 4096],
    ['hash.img', 8192],
  ]);
});

test.each(['boot.ipxe', 'appended.ipxe', 'grub.cfg'] as const)('%s', async (name) => {
  const { content } = files[name].extents[0]!;
  const text = content.at === 'memory' ? Buffer.from(content.bytes).toString() : '';
  await expect(text).toMatchFileSnapshot(`goldens/pxe-${name}`);
});
