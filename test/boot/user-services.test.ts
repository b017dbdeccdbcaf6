// Containers of user-data, by each engine that an image may have: pulled from a registry without TLS on the machine's link, run,
// and there again after a reboot. One engine by turns, all of them by `npm run test:provision`.
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildSpec } from '../../src/output/build.ts';
import type { Machine } from '../../src/run/machine.ts';
import { type Delivered, deliver } from '../../src/run/metadata/deliver.ts';
import { type GuestAnswer, json, linkLocal } from '../../src/run/metadata/delivery.ts';
import type { SshKey } from '../../src/run/ssh.ts';
import { byTurns } from '../support/by-turns.ts';
import { testContext } from '../support/context.ts';
import { startTestMachine, testSshKey, withSerialLog } from '../support/machine.ts';
import { until } from '../support/parts.ts';

const minute = 60_000;
const repository = resolve(import.meta.dirname, '../..');
const relay = { node: process.execPath, script: join(repository, 'dist/metadata-relay-worker.js') };
const registry = `${linkLocal}:80`;

interface Row {
  readonly engine: string;
  readonly init: readonly string[];
  readonly services?: string;
  /** As the engine's own client lists those that run. */
  readonly list: string;
}

const rows: readonly Row[] = [
  { engine: 'podman', init: ['podman'], list: "podman ps --format '{{.Names}}'" },
  { engine: 'docker', init: ['docker'], list: "docker ps --format '{{.Names}}'" },
  {
    engine: 'containerd',
    init: [],
    services: '  - {name: containerd, image: component:containerd}\n',
    list: "crun exec containerd ctr task ls | sed -n 's/ .*RUNNING$//p'",
  },
];
const chosen = process.env.CATAMARAN_PROVISION === 'all' ? rows : [byTurns(rows)];

const specOf = ({ engine, init, services = '' }: Row) => `
os: {id: ${engine}-services, name: Services, version: "1"}
kernel: {image: component:kernel, cmdline: console=ttyS0}
init: [${['init', 'crun', 'agent', 'provision', ...init].map((each) => `"component:${each}"`).join(', ')}]
services:
  - {name: dhcp, image: component:dhcp}
  - {name: sshd, image: component:sshd}
${services}disk: {slot: 512M, data: 1G}
`;

/** The second one as a compose file has it. */
const userData = (key: string) => `#cloud-config
hostname: quay
ssh_authorized_keys: ["${key}"]
write_files: [{path: /var/www/index.html, content: "served by a container"}]
catamaran:
  registries: {"${registry}": {insecure: true}}
  services:
    web:
      image: ${registry}/busybox:1
      command: [httpd, -f, -p, "8080", -h, /page]
      network_mode: host
      volumes: ["/var/www:/page:ro"]
  compose:
    services:
      clock:
        image: ${registry}/busybox:1
        command: sh -c 'while sleep 1; do date >/shared/now; done'
        network_mode: none
        environment: {TZ: UTC}
        volumes: ["/var/clock:/shared"]
`;

let directory: string;
let key: SshKey;
let answer: (path: string) => GuestAnswer;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'catamaran-user-services-'));
  key = await testSshKey(directory);
  answer = await makeRegistry();
}, 10 * minute);
afterAll(() => rm(directory, { recursive: true, force: true }));

const digestOf = (bytes: Uint8Array | string) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

/** One image, out of the archive that our own command writes, as the distribution specification has it. */
async function makeRegistry(): Promise<(path: string) => GuestAnswer> {
  const component = './test/boot/fixtures/busybox';
  const archive = join(directory, 'busybox.tar');
  const run = (...words: string[]) =>
    execa(process.execPath, ['bin/catamaran.js', ...words], { cwd: repository });
  await run('component', 'build', component);
  await run('image', 'export', component, archive, '--tag', 'busybox:1');
  await execa('tar', ['-xf', archive, '-C', directory]);
  const [{ Config, Layers }] = JSON.parse(await readFile(join(directory, 'manifest.json'), 'utf8'));
  const blobs = new Map<string, Buffer>();
  const describeBlob = async (path: string, mediaType: string) => {
    const bytes = await readFile(join(directory, path));
    blobs.set(digestOf(bytes), bytes);
    return { mediaType, digest: digestOf(bytes), size: bytes.length };
  };
  const type = 'application/vnd.oci.image.manifest.v1+json';
  const manifest = json({
    ...{ schemaVersion: 2, mediaType: type },
    config: await describeBlob(Config, 'application/vnd.oci.image.config.v1+json'),
    layers: await Promise.all(
      Layers.map((path: string) => describeBlob(path, 'application/vnd.oci.image.layer.v1.tar')),
    ),
  });
  return (path) => {
    if (path === '/v2/') return { status: 200, body: '{}', type: 'application/json' };
    if (path === '/v2/busybox/manifests/1' || path === `/v2/busybox/manifests/${digestOf(manifest)}`)
      return { status: 200, body: manifest, type };
    const blob = blobs.get(path.split('/').at(-1)!);
    return blob ? { status: 200, body: blob, type: 'application/octet-stream' } : { status: 404 };
  };
}

describe.each(chosen)('$engine', (row) => {
  let machine: Machine;
  let delivered: Delivered;
  beforeAll(async () => {
    const file = join(directory, `${row.engine}.yml`);
    await writeFile(file, specOf(row));
    const out = join(directory, row.engine);
    const request = { file, out, formats: ['qcow2'], arch: 'amd64', frozen: false } as const;
    const { artifacts } = await buildSpec(request, await testContext());
    const service = { addresses: [linkLocal], answer: ({ path }: { path: string }) => answer(path) };
    const bytes = Buffer.from(userData(key.publicKey.trim()));
    delivered = await deliver(
      { firmware: { key: 'opt/org.catamaran/config', bytes }, service },
      directory,
      relay,
    );
    machine = await startTestMachine({
      ...{ image: artifacts[0]!.path, format: 'qcow2', firmware: 'bios', memory: 1 << 30, sshPort: 0 },
      ...{ onReboot: 'reboot', ssh: { user: 'root', key } },
      ...delivered.options,
    });
  }, 20 * minute);
  afterAll(async () => {
    await machine?.kill();
    await delivered?.close();
  });

  const run = async (command: string) => {
    const { stdout, stderr, exitCode } = await withSerialLog(machine, () =>
      machine.ssh(command, { limit: 10 * minute }),
    );
    if (exitCode !== 0) throw new Error(`${command} ended with ${exitCode}: ${stderr}${stdout}`);
    return stdout.trim();
  };
  const isUp = async () => {
    expect(await run(until('wget -qO- http://127.0.0.1:8080/index.html'))).toBe('served by a container');
    expect(await run(until('grep UTC /var/clock/now'))).toContain('UTC');
    expect((await run(row.list)).split('\n').sort()).toEqual(['clock', 'web']);
  };

  test('containers are pulled and run, those of a compose file too', async () => {
    await isUp();
    const shown = await run(
      `${until("catamaran-agent provision --show | grep 'service web'")}; catamaran-agent provision --show`,
    );
    expect(shown).toMatch(/applied +services: the service web/);
    expect(shown).toMatch(/applied +services: the service clock/);
    expect(shown).not.toMatch(/^failed/m);
  });

  test('after a reboot they run, and are still the same', async () => {
    await run('rm /var/clock/now; sync');
    const pulls = delivered.requests.length;
    await machine.ssh('reboot', { limit: 5 * minute }).catch(() => {});
    await withSerialLog(machine, () =>
      expect
        .poll(() => machine.serial.text.match(/stage 2: services/g)?.length, {
          timeout: 10 * minute,
          interval: 1000,
        })
        .toBe(2),
    );
    await isUp();
    expect(delivered.requests.slice(pulls)).toEqual([]);
  });
});
