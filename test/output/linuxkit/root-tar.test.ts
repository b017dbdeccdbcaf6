// The archive of the format docker, as the program looks at it that it is for.
import { expect, test } from 'vitest';
import { parseTarHeader } from '../../../src/archive/tar-header.ts';
import type { LinuxkitRoot } from '../../../src/output/linuxkit/merge-root.ts';
import { linuxkitTar } from '../../../src/output/linuxkit/root-tar.ts';
import { directory, file } from '../../../src/tree/tree.ts';
import { bytesOf } from '../../tree/support.ts';

const root = {
  entries: [
    { path: 'etc', node: directory(), part: 0 },
    { path: 'etc/é', node: file('x'), part: 0 },
  ],
  parts: [{ source: 'component:init', location: 'init[0]' }],
} as unknown as LinuxkitRoot;

const labels = { 'org.opencontainers.image.title': 'A "$10" system' };

test('its first block is the Dockerfile’s header: docker build - looks at no other to tell an archive', async () => {
  const bytes = await bytesOf(linuxkitTar(root, { clampMtime: 0, docker: labels }));
  const header = parseTarHeader(bytes.subarray(0, 512), 0)!;
  expect([String(header.name), header.type]).toEqual(['Dockerfile', '0']);
  const text = bytes.toString('utf8', 512, 512 + header.size);
  expect(text).toContain(
    'FROM scratch\n\nLABEL org.opencontainers.image.title="A \\"\\$10\\" system"\nCOPY . ./',
  );
});

test('without it nothing of it is there', async () => {
  const bytes = await bytesOf(linuxkitTar(root, { clampMtime: 0 }));
  expect(bytes.includes('Dockerfile')).toBe(false);
  expect(bytes.includes('LINUXKIT.source=component:init')).toBe(true);
});
