// artifacts.json and SHA256SUMS of real builds: true to the files, as their schema says, and complete.
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { Ajv } from 'ajv';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ArtifactsDocument } from '../../src/output/artifacts.generated.ts';
import { buildSpec } from '../../src/output/build.ts';
import { tinySpec } from '../support/build.ts';
import { testContext } from '../support/context.ts';
import { hostTools } from '../support/tools.ts';

const MiB = 2 ** 20;

let room: string;
let document: ArtifactsDocument;
beforeAll(async () => {
  room = await mkdtemp(join(tmpdir(), 'catamaran-catalogue-'));
  await writeFile(join(room, 'tiny.yml'), tinySpec);
  await build();
  document = JSON.parse(await read('artifacts.json'));
}, 600_000);
afterAll(() => rm(room, { recursive: true, force: true }));

async function build() {
  const formats = [
    'raw.gz',
    'raw.zst',
    'azure',
    'gce',
    'openstack',
    'pxe',
    'kernel+initrd',
    'kernel+erofs',
    'tar',
  ] as const;
  const request = {
    file: join(room, 'tiny.yml'),
    out: join(room, 'out'),
    formats,
    arch: 'amd64',
    frozen: false,
  } as const;
  return buildSpec(request, await testContext());
}

const read = (name: string) => readFile(join(room, 'out', name), 'utf8');
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const outputOf = (name: string) => document.outputs.find(({ format }) => format === name)!;

test('keeps to its schema', async () => {
  const schema = JSON.parse(
    await readFile(join(import.meta.dirname, '../../schemas/artifacts.schema.json'), 'utf8'),
  );
  const validate = new Ajv({ strict: true, allErrors: true }).compile(schema);
  validate(document);
  expect(validate.errors).toBeNull();
});

test('every file is as it says, and its sum is as sha256sum finds it', async () => {
  for (const { file, size, sha256: sum } of document.outputs.flatMap(({ files }) => files)) {
    expect((await stat(join(room, 'out', file))).size, file).toBe(size);
    expect(sha256(await readFile(join(room, 'out', file))), file).toBe(sum);
  }
  const sums = (await read('SHA256SUMS')).trimEnd().split('\n');
  const files = new Set(document.outputs.flatMap((output) => output.files.map(({ file }) => file)));
  expect(sums.map((line) => line.slice(66))).toEqual([...files, 'artifacts.json'].sort());
  for (const line of sums)
    expect(sha256(await readFile(join(room, 'out', line.slice(66)))), line).toBe(line.slice(0, 64));
});

test('what is compressed says what comes out of it', async () => {
  const [gz] = outputOf('raw.gz').files;
  const plain = gunzipSync(await readFile(join(room, 'out', gz!.file)));
  expect(gz!.uncompressed).toEqual({ size: plain.length, sha256: sha256(plain) });
  expect(outputOf('raw.zst').files[0]!.uncompressed).toEqual(gz!.uncompressed);
  const [gce] = outputOf('gce').files;
  const tar = gunzipSync(await readFile(join(room, 'out', gce!.file)));
  expect(gce!.uncompressed).toEqual({ size: tar.length, sha256: sha256(tar) });
});

test('says what a machine needs, as its platform counts', async () => {
  const tools = await hostTools();
  const path = join(room, 'out', outputOf('openstack').files[0]!.file);
  const { stdout } = await tools.run('qemu-img', ['info', '--output=json', path]);
  const size = JSON.parse(stdout)['virtual-size'];
  const both = ['bios', 'uefi'];
  expect(outputOf('openstack')).toMatchObject({
    platform: 'openstack',
    firmware: both,
    disk: size,
    memory: 512 * MiB,
  });
  expect(outputOf('azure')).toMatchObject({ platform: 'azure', disk: 8192 * MiB });
  expect(outputOf('gce')).toMatchObject({ platform: 'gcp', disk: Math.ceil(size / 2 ** 30) * 2 ** 30 });
  expect(outputOf('raw.gz').firmware).toEqual(both);
  expect(Object.keys(outputOf('tar'))).toEqual(['format', 'files']);
  expect(outputOf('pxe').memory).toBeGreaterThan(256 * MiB);
  expect(outputOf('kernel+initrd').firmware).toBeUndefined();
  const kernels = document.outputs.flatMap(({ files }) => files.filter(({ file }) => file === 'tiny-kernel'));
  expect(kernels).toHaveLength(2);
});

test('is the same when everything is there already', async () => {
  const before = [await read('artifacts.json'), await read('SHA256SUMS')];
  const { artifacts } = await build();
  expect(artifacts.filter(({ cached }) => !cached)).toEqual([]);
  expect([await read('artifacts.json'), await read('SHA256SUMS')]).toEqual(before);
});
