// Releases of which each keeps what the one before had of a service that has changed.
import { mkdir, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { BootManifest } from '../../src/contract/release-manifest.ts';
import { readBootArchive } from '../../src/disk/boot-archive-reader.ts';
import { writeReleaseImages } from '../../src/output/disk/release-images.ts';
import { testContext } from '../support/context.ts';
import { hostTools } from '../support/tools.ts';

const spec = (version: string, keep = '', command = 'serve') => `os: {id: keeper, version: "${version}"}
kernel: {image: component:kernel}
init: [component:init, component:crun, component:agent]
services:
  - {name: getty, image: component:getty}
  - {name: web, image: ./web, command: [/usr/bin/busybox, ${command}]}
  - {name: twin, image: ./web, readonly: true, command: [/usr/bin/busybox, ${command}]}
${keep}
`;
const component = `summary: What changes.
packages: [busybox-static]
include: [usr/bin/busybox]
files: [{path: page, source: page}]
`;

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'catamaran-former-'));
  await mkdir(join(directory, 'web'));
  await writeFile(join(directory, 'web/component.yml'), component);
}, 60_000);
afterAll(() => rm(directory, { recursive: true, force: true }));

interface Built {
  readonly place: string;
  readonly rootHash: string;
  readonly manifest: BootManifest;
}

async function build(version: string, page: string, keep?: string, name = version): Promise<Built> {
  const file = join(directory, 'keeper.yml');
  await writeFile(join(directory, 'web/page'), page);
  await writeFile(file, spec(version, keep, `serve-${version}`));
  const place = join(directory, name);
  const { roothash } = await writeReleaseImages(
    { file, arch: 'amd64', frozen: false },
    place,
    await testContext(),
  );
  const boot = await readFile(join(place, 'boot.img'));
  const read = async (offset: number, size: number) => boot.subarray(offset, offset + size);
  return { place, rootHash: roothash, manifest: (await readBootArchive(read, boot.length))!.manifest! };
}

const at = ({ manifest }: Built, point: string) =>
  manifest.segments.find(({ mountPoints }) => mountPoints?.includes(point))?.sha256;

/** A file of its base. */
async function inBase({ place, manifest }: Built, path: string): Promise<string> {
  const [base] = manifest.segments;
  const image = join(place, 'base');
  await writeFile(image, (await readFile(join(place, 'root.img'))).subarray(0, base!.size));
  const { stdout } = await (await hostTools()).run('unsquashfs', ['-cat', image, path]);
  return stdout;
}

test('of what has changed there are both, with the bundle of each, and of two releases before both', async () => {
  const one = await build('1', 'first');
  const two = await build('2', 'second', 'keep: {from: "1", versions: 2}');
  const three = await build('3', 'third', 'keep: {from: "2", versions: 2}');
  expect(at(two, '/containers/kept/web/1/lower')).toBe(at(one, '/containers/services/web/lower'));
  expect(at(three, '/containers/kept/web/1/lower')).toBe(at(two, '/containers/services/web/lower'));
  expect(at(three, '/containers/kept/web/2/lower')).toBe(at(one, '/containers/services/web/lower'));
  // One segment for both services.
  expect(at(three, '/containers/kept/twin/2/rootfs')).toBe(at(one, '/containers/services/twin/rootfs'));
  expect(three.manifest.segments.length).toBe(one.manifest.segments.length + 2);
  expect(at(three, '/containers/kept/getty/1/lower')).toBeUndefined();

  const index = await inBase(three, 'usr/lib/catamaran/segments');
  expect(index).toContain(` ${at(one, '/containers/services/web/lower')} /containers/kept/web/2/lower`);
  for (const [nth, former] of [two, one].entries()) {
    const kept = `containers/kept/web/${nth + 1}`;
    for (const name of ['config.json', 'runtime.json', 'catamaran.json'])
      expect(await inBase(three, `${kept}/${name}`)).toBe(
        await inBase(former, `containers/services/web/${name}`),
      );
    expect(await inBase(three, `${kept}/release`)).toBe(`${former.manifest.version}\n`);
  }

  const again = await build('3', 'third', 'keep: {from: "2", versions: 2}', 'again');
  expect(again.rootHash).toBe(three.rootHash);
  const fewer = await build('3', 'third', 'keep: {from: "2"}', 'fewer');
  expect(at(fewer, '/containers/kept/web/1/lower')).toBe(at(two, '/containers/services/web/lower'));
  expect(at(fewer, '/containers/kept/web/2/lower')).toBeUndefined();
});

test('back to what was before: that is not kept twice', async () => {
  await build('5', 'fifth');
  const six = await build('6', 'sixth', 'keep: {from: "5", versions: 2}');
  const seven = await build('7', 'fifth', 'keep: {from: "6", versions: 2}');
  expect(at(seven, '/containers/kept/web/1/lower')).toBe(at(six, '/containers/services/web/lower'));
  expect(at(seven, '/containers/kept/web/2/lower')).toBeUndefined();
});

test('what is no release, of another OS, or damaged is refused', async () => {
  await mkdir(join(directory, 'empty'), { recursive: true });
  await expect(build('9', 'ninth', 'keep: {from: empty}')).rejects.toThrow(/empty is no release to keep/);
  const ten = await build('10', 'tenth');
  const file = await open(join(ten.place, 'root.img'), 'r+');
  const web = ten.manifest.segments.find(
    ({ sha256 }) => sha256 === at(ten, '/containers/services/web/lower'),
  )!;
  await file.write(Buffer.from('damaged'), 0, 7, web.offset);
  await file.close();
  await expect(build('11', 'eleventh', 'keep: {from: "10"}')).rejects.toThrow(
    /root.img does not have at \d+ what/,
  );
});
