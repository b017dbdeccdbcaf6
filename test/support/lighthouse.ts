// For boot tests of updates: an OS that follows a channel, the repository of its publisher behind a real web server, releases
// that differ in the content of one service, and a disk with 1.0.0. Machines reach the server at 10.0.2.2.
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import type { ReleaseManifest } from '../../src/contract/release-manifest.ts';
import { buildSpec } from '../../src/output/build.ts';
import { writeReleaseImages } from '../../src/output/disk/release-images.ts';
import { addRelease } from '../../src/release/add.ts';
import { promote } from '../../src/release/channel/pointers.ts';
import { readImageDirectory } from '../../src/release/images.ts';
import { initRepository } from '../../src/release/init.ts';
import { defaultDays } from '../../src/release/repository/config.ts';
import { noise } from '../agent/update/support/releases.ts';
import { startServer, type TestServer } from '../agent/update/support/server.ts';
import { type Workplace, workplaceAt } from '../release/support/workplace.ts';
import { testContext } from './context.ts';

const MiB = 1 << 20;
/** What is new in every release, in bytes. */
export const payloadSize = 4 * MiB;

/** QEMU's arguments for a network card behind which only this host is. */
export const network = ['-netdev', 'user,id=net0', '-device', 'virtio-net-pci,netdev=net0,romfile='];

/** Seconds after the services' start at which the updater asks for the first time. */
const firstPoll = 20;

/** Each line that comes in on the second serial port is run; its output goes back, and then a line with its status. */
const shell = `#!/bin/sh
export PATH=/usr/sbin:/usr/bin
exec </dev/ttyS1 >/dev/ttyS1 2>&1
stty -echo raw
for word in $(cat /proc/cmdline); do case $word in catamaran.slot=*) slot=\${word#*=} ;; esac; done
ip link set eth0 up && ip addr add 10.0.2.15/24 dev eth0
[ -e /etc/follows ] || sv down /run/service/_update
echo "@ ready $slot"
while read -r line; do
  sh -c "$line" </dev/null
  echo "@ $?"
done
`;

const spec = (version: string) => `os: {id: lighthouse, version: ${version}}
kernel: {image: component:kernel, cmdline: "console=ttyS0"}
init: [component:init, component:crun, component:agent, component:updater]
onboot:
  - name: soon
    image: component:sysctl
    readonly: false
    binds: ["/run:/host"]
    command: [/bin/sh, -c, "mkdir -p /host/catamaran/update && echo ${firstPoll} >/host/catamaran/update/next"]
services:
  - {name: getty, image: component:getty}
  - {name: payload, image: ./payload}
files:
  - path: usr/lib/catamaran/health.json
    contents: '{"deadline": 900, "window": 2, "interval": 2, "checks": []}'
  - path: usr/lib/catamaran/system/_test/run
    mode: "0755"
    contents: |
${shell.replaceAll(/^/gm, '      ').trimEnd()}
update: {url: "http://10.0.2.2:1/", channel: stable, root: repo/metadata/1.root.json}
disk: {slot: 128M, data: 64M}
`;

const payload = `summary: A service whose content is all that changes.
packages: [busybox]
without: [libgcc-s1, gcc-14-base]
include: [usr/bin/busybox, "usr/lib64/ld-linux-*", "usr/lib/*-linux-gnu/ld-linux-*", "usr/lib/*-linux-gnu/libc.so.6",
  "usr/lib/*-linux-gnu/libresolv.so.2"]
symlinks: [{path: bin, target: usr/bin}, {path: lib, target: usr/lib}, {path: lib64, target: usr/lib64}]
directories: [{path: dev}, {path: proc}, {path: sys}]
files: [{path: usr/share/noise, source: noise}, {path: usr/share/first, source: first}]
generate: [busybox-links]
config: {entrypoint: [/usr/bin/sleep, "1000000000"]}
`;

interface AddOptions {
  readonly minFrom?: string;
  /** The noise is that of this version, and only lies some bytes further on in its segment. */
  readonly movedFrom?: string;
}

export interface Lighthouse {
  readonly place: Workplace;
  readonly server: TestServer;
  /** 1.0.0 in slot A, and nothing in slot B. */
  readonly disk: string;
  /** By version; 1.0.0 is not in the repository. */
  readonly manifests: ReadonlyMap<string, ReleaseManifest>;
  /** Builds it and adds it to the repository; no channel points at it yet. */
  add(version: string, options?: AddOptions): Promise<ReleaseManifest>;
  /** The channel's whole fleet may have it at once. */
  promote(version: string, channel?: string): Promise<void>;
  close(): Promise<void>;
}

export async function makeLighthouse(): Promise<Lighthouse> {
  const base = await mkdtemp(join(tmpdir(), 'catamaran-lighthouse-'));
  const place = workplaceAt(base);
  const signer = { keys: 1, threshold: 1 };
  await initRepository({
    directory: place.repo,
    keys: place.keys,
    config: { os: 'lighthouse', days: defaultDays },
    root: { keys: 3, threshold: 2 },
    channels: new Map([
      ['alpha', signer],
      ['stable', { keys: 3, threshold: 2 }],
    ]),
    now: Math.floor(Date.now() / 1000),
  });
  const server = await startServer(place.repo);
  const context = await testContext();
  const file = join(base, 'lighthouse.yml');
  await mkdir(join(base, 'payload'));
  await writeFile(join(base, 'payload/component.yml'), payload);
  const prepare = async (version: string, movedFrom?: string) => {
    await writeFile(join(base, 'payload/noise'), noise(movedFrom ?? version, payloadSize));
    const first = Buffer.alloc(256 << 10);
    // Whole blocks of a squashfs, which are packed to little more than the noise in them; less would be a fragment.
    first.set(noise('first', movedFrom === undefined ? 1000 : 1777));
    await writeFile(join(base, 'payload/first'), first);
    await writeFile(file, spec(version));
  };
  await prepare('1.0.0');
  const request = { file, out: base, formats: ['raw'], arch: 'amd64', frozen: false } as const;
  const { artifacts } = await buildSpec(request, context);
  const disk = join(base, 'disk.raw');
  await rename(artifacts[0]!.path, disk);
  const manifests = new Map<string, ReleaseManifest>();
  return {
    place,
    server,
    disk,
    manifests,
    async add(version, { minFrom, movedFrom } = {}) {
      await prepare(version, movedFrom);
      const directory = join(base, version);
      const manifest = await writeReleaseImages({ file, arch: 'amd64', frozen: false }, directory, context);
      const release = await readImageDirectory(directory);
      await addRelease({ release, epoch: 1, minFrom }, await place.publisher());
      await rm(directory, { recursive: true });
      manifests.set(version, manifest);
      return manifest;
    },
    async promote(version, channel = 'stable') {
      await promote({ version, to: channel, points: [[0, 10_000]] }, await place.publisher());
    },
    async close() {
      await server.close();
      await rm(base, { recursive: true, force: true });
    },
  };
}

export interface Gate {
  /** As the machine sees it. */
  readonly url: string;
  /** While false, whoever connects is sent away. */
  open: boolean;
  /** Connections that were let through. */
  passed: number;
  close(): void;
}

/** Another way to the same server: one that can be down, and with a certificate one by TLS. */
export async function openGate(to: string, certificate?: { key: string; cert: string }): Promise<Gate> {
  const port = Number(new URL(to).port);
  const sockets = new Set<Socket>();
  const forward = (socket: Socket) => {
    if (!gate.open) return void socket.destroy();
    gate.passed += 1;
    const further = connect(port, '127.0.0.1');
    for (const each of [socket, further]) {
      sockets.add(each);
      each.on('error', () => {}).on('close', () => sockets.delete(each));
    }
    socket.on('close', () => further.destroy()).pipe(further);
    further.on('close', () => socket.destroy()).pipe(socket);
  };
  const server: Server = certificate ? createTlsServer(certificate, forward) : createServer(forward);
  // Whoever does not trust the certificate says so and hangs up.
  server.on('tlsClientError', () => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port: own } = server.address() as { port: number };
  const gate: Gate = {
    url: `${certificate ? 'https' : 'http'}://10.0.2.2:${own}`,
    open: true,
    passed: 0,
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
  return gate;
}

/** For a machine: the server, by its own address. */
export const addressFor = ({ url }: TestServer): string => url.replace('127.0.0.1', '10.0.2.2');

/** For a machine's shell: a file of text. */
export const writeText = (path: string, text: string): string =>
  `echo ${Buffer.from(text).toString('base64')} | base64 -d >${path}`;

const fixture = (name: string) => readFile(new URL(`../${name}`, import.meta.url), 'utf8');

/** An authority, a certificate of it for 10.0.2.2, and an authority that has nothing to do with it. */
export async function readCertificates() {
  const [ca, key, cert, stranger] = await Promise.all(
    [
      'boot/fixtures/ca.pem',
      'boot/fixtures/server.key',
      'boot/fixtures/server.pem',
      'oci/fixtures/ca.pem',
    ].map(fixture),
  );
  return { ca: ca!, server: { key: key!, cert: cert! }, stranger: stranger! };
}
