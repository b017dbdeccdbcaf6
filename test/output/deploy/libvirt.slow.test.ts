// libvirt's domain, held against libvirt's own schema.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { libvirt } from '../../../src/output/deploy/libvirt.ts';
import { hostTools } from '../../support/tools.ts';

test.each([
  ['amd64', 'bios'],
  ['amd64', 'uefi'],
  ['arm64', 'uefi'],
] as const)('%s by %s is what its schema takes', async (arch, firmware) => {
  const room = await mkdtemp(join(tmpdir(), 'catamaran-libvirt-'));
  onTestFinished(() => rm(room, { recursive: true }));
  const path = join(room, 'domain.xml');
  const output = {
    files: [{ file: 'a & b--c.qcow2', size: 1, sha256: '0'.repeat(64) }],
    ...{ imageName: 'a', firmware, disk: 2 ** 30, memory: 2 ** 29 },
  } as const;
  const os = { id: 'light-house', name: 'Light <House>', version: '1' };
  await writeFile(path, libvirt.render({ os, arch, outputs: new Map([['qcow2', output]]) }));
  const tools = await hostTools(['tools-deploy']);
  const schema = tools.path('usr/share/libvirt/schemas/domain.rng');
  await expect(tools.run('xmllint', ['--noout', '--relaxng', schema, path])).resolves.toMatchObject({
    stderr: expect.stringContaining('validates'),
  });
});
