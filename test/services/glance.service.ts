// OpenStack's own Glance, the one of Debian 13, takes every image that it is said to take, as what it is said to be; its inspector
// agrees, and both refuse what is said to be something else.
import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildSpec } from '../../src/output/build.ts';
import type { FormatName } from '../../src/output/formats.ts';
import type { Tools } from '../../src/tools/tools.ts';
import { tinySpec } from '../support/build.ts';
import { testContext } from '../support/context.ts';
import { hostTools } from '../support/tools.ts';
import { freePort, type PythonService, pythonEnvironment, startPython } from './python-service.ts';

interface Upload {
  readonly format: FormatName;
  /** What Glance is told that it is. */
  readonly as: string;
  /** What its inspector finds. */
  readonly found: string;
  readonly taken: boolean;
}

/** What the Glance of Debian 13 does not take: a fixed VHD, which it reads as a disk; a stick's ISO, which is two things. */
const uploads: readonly Upload[] = [
  { format: 'qcow2', as: 'qcow2', found: 'qcow2', taken: true },
  { format: 'openstack', as: 'qcow2', found: 'qcow2', taken: true },
  { format: 'raw', as: 'raw', found: 'gpt', taken: true },
  { format: 'vmdk', as: 'vmdk', found: 'vmdk', taken: true },
  { format: 'dynamic-vhd', as: 'vhd', found: 'vhd', taken: true },
  { format: 'vhdx', as: 'vhdx', found: 'vhdx', taken: true },
  { format: 'iso-plain', as: 'iso', found: 'iso', taken: true },
  { format: 'raw', as: 'qcow2', found: 'gpt', taken: false },
  { format: 'azure', as: 'vhd', found: 'gpt', taken: false },
];

let room: string;
let tools: Tools;
let glance: PythonService | undefined;
let url: string;
const files = new Map<FormatName, string>();
const described = new Map<string, { image: Record<string, unknown> }>();

beforeAll(async () => {
  room = await mkdtemp(join(tmpdir(), 'catamaran-glance-'));
  await writeFile(
    join(room, 'tiny.yml'),
    `${tinySpec}\noutputs: [{format: openstack, options: {compressed: true}}]\n`,
  );
  const formats: FormatName[] = [...new Set(uploads.map(({ format }) => format)), 'iso'];
  const request = {
    file: join(room, 'tiny.yml'),
    out: join(room, 'out'),
    formats,
    arch: 'amd64',
    frozen: false,
  } as const;
  const { artifacts } = await buildSpec(request, await testContext());
  for (const { format, path } of artifacts) {
    if (path.endsWith('.json')) described.set(format, JSON.parse(await readFile(path, 'utf8')));
    else files.set(format as FormatName, path);
  }
  tools = await hostTools(['tools-glance']);
  await startGlance();
});
afterAll(async () => {
  await glance?.stop();
  await rm(room, { recursive: true, force: true });
});

async function startGlance(): Promise<void> {
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  const paste = await readFile(tools.path('usr/share/glance-common/glance-api-paste.ini'), 'utf8');
  const pipeline = '\n[pipeline:glance-api-lab]\npipeline = versionnegotiation context rootapp\n';
  await writeFile(join(room, 'paste.ini'), paste + pipeline);
  for (const name of ['images', 'staging', 'tasks', 'lock']) await mkdir(join(room, name));
  await writeFile(
    join(room, 'glance.conf'),
    `[DEFAULT]
bind_host = 127.0.0.1
bind_port = ${port}
workers = 0
enabled_backends = files:file
[glance_store]
default_backend = files
[files]
filesystem_store_datadir = ${room}/images
[os_glance_staging_store]
filesystem_store_datadir = ${room}/staging
[os_glance_tasks_store]
filesystem_store_datadir = ${room}/tasks
[database]
connection = sqlite:///${room}/glance.sqlite
[oslo_concurrency]
lock_path = ${room}/lock
[paste_deploy]
flavor = lab
config_file = ${room}/paste.ini
`,
  );
  const config = ['--config-file', join(room, 'glance.conf')];
  await tools.run('glance-manage', [...config, 'db_sync'], { env: pythonEnvironment(tools) });
  glance = await startPython(tools, [tools.path('usr/bin/glance-api'), ...config], { url, cwd: room });
}

/** As Keystone's middleware would say who it is. */
const who = {
  'X-Identity-Status': 'Confirmed',
  'X-Roles': 'admin,member,reader',
  'X-User-Id': 'someone',
  'X-Project-Id': 'project',
};

async function ask(path: string, init: RequestInit & { duplex?: 'half' } = {}): Promise<Response> {
  return fetch(`${url}/v2${path}`, { ...init, headers: { ...who, ...init.headers } });
}

async function upload(path: string, image: Record<string, unknown>) {
  const headers = { 'Content-Type': 'application/json' };
  const made = await ask('/images', { method: 'POST', headers, body: JSON.stringify(image) });
  expect(made.status, await made.clone().text()).toBe(201);
  const { id } = (await made.json()) as { id: string };
  const put = await ask(`/images/${id}/file`, {
    method: 'PUT',
    headers: { 'Content-Type': 'application/octet-stream' },
    body: Readable.toWeb(createReadStream(path)) as ReadableStream,
    duplex: 'half',
  });
  const after = (await (await ask(`/images/${id}`)).json()) as Record<string, unknown>;
  await ask(`/images/${id}`, { method: 'DELETE' });
  return { status: put.status, why: await put.text(), after };
}

describe.each(uploads)('$format as $as', ({ format, as, found, taken }) => {
  test(`is ${taken ? 'taken' : 'refused'}`, async () => {
    const path = files.get(format)!;
    const image = { name: format, disk_format: as, container_format: 'bare' };
    const { status, why, after } = await upload(path, image);
    expect([status, why], glance!.log().slice(-2000)).toEqual(taken ? [204, ''] : [415, expect.any(String)]);
    expect(after.status).toBe(taken ? 'active' : 'queued');
  });

  test('is what its inspector finds', async () => {
    const code =
      'import sys; from oslo_utils.imageutils import format_inspector as f; i = f.detect_file_format(sys.argv[1]); ' +
      'i.safety_check(); print(i)';
    const args = ['-c', code, files.get(format)!];
    const { stdout } = await tools.run('python3', args, { env: pythonEnvironment(tools) });
    expect(stdout.trim()).toBe(found);
  });
});

test('the ISO that is a stick as well is refused as what it is, which is why there is a plain one', async () => {
  for (const as of ['iso', 'raw']) {
    const { status } = await upload(files.get('iso')!, {
      name: 'iso',
      disk_format: as,
      container_format: 'bare',
    });
    expect(status).toBe(415);
  }
});

test('the properties beside the image are taken with it', async () => {
  const { properties, ...image } = described.get('openstack')!.image as Record<string, object>;
  const { status, after } = await upload(files.get('openstack')!, { ...image, ...properties });
  expect(status).toBe(204);
  expect(after).toMatchObject({ ...image, ...properties, status: 'active' });
  const { stdout } = await (await hostTools()).run('qemu-img', [
    'info',
    '--output=json',
    files.get('openstack')!,
  ]);
  expect(after.virtual_size).toBe(JSON.parse(stdout)['virtual-size']);
});
