// A machine follows its channel over HTTP: A → B with one service changed, confirmed by the health gate, then B → A with
// that service changed again. What the server sends is counted: little more than that service.
import { createHash } from 'node:crypto';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { buildSpec } from '../../src/build/build.ts';
import { writeReleaseImages } from '../../src/build/release-images.ts';
import { addRelease } from '../../src/release/add.ts';
import { readImageDirectory } from '../../src/release/images.ts';
import { promote } from '../../src/release/pointers.ts';
import { noise } from '../agent/update/support/releases.ts';
import { startServer } from '../agent/update/support/server.ts';
import { openWorkplace } from '../release/support/workplace.ts';
import { testContext } from '../support/context.ts';
import { withTwin } from '../support/twin-machine.ts';

const minute = 60_000;
const MiB = 1 << 20;
const payloadSize = 4 * MiB;
const network = ['-netdev', 'user,id=net0', '-device', 'virtio-net-pci,netdev=net0,romfile='];

/** Each line that comes in on the second serial port is run; its output goes back, and then a line with its status. */
const shell = `#!/bin/sh
export PATH=/usr/sbin:/usr/bin
exec </dev/ttyS1 >/dev/ttyS1 2>&1
stty -echo raw
for word in $(cat /proc/cmdline); do case $word in catamaran.slot=*) slot=\${word#*=} ;; esac; done
ip link set eth0 up && ip addr add 10.0.2.15/24 dev eth0
sv down /run/service/_update
echo "@ ready $slot"
while read -r line; do
  sh -c "$line" </dev/null
  echo "@ $?"
done
`;

const spec = (version: string, root: string) => `os: {id: lighthouse, version: ${version}}
kernel: {image: component:kernel, cmdline: "console=ttyS0"}
init: [component:init, component:crun, component:agent, component:updater]
services:
  - {name: getty, image: component:getty}
  - {name: payload, image: ./payload}
files:
  - path: usr/lib/catamaran/health.json
    contents: '{"deadline": 120, "window": 2, "interval": 2, "checks": []}'
  - path: usr/lib/catamaran/system/_test/run
    mode: "0755"
    contents: |
${shell.replaceAll(/^/gm, '      ').trimEnd()}
update: {url: "http://10.0.2.2:1/", channel: stable, root: ${root}}
disk: {slot: 128M, data: 64M}
`;

const payload = `summary: A service whose content is all that changes.
packages: [busybox]
without: [libgcc-s1, gcc-14-base]
include: [usr/bin/busybox, "usr/lib64/ld-linux-*", "usr/lib/*-linux-gnu/ld-linux-*", "usr/lib/*-linux-gnu/libc.so.6",
  "usr/lib/*-linux-gnu/libresolv.so.2"]
symlinks: [{path: bin, target: usr/bin}, {path: lib, target: usr/lib}, {path: lib64, target: usr/lib64}]
directories: [{path: dev}, {path: proc}, {path: sys}]
files: [{path: usr/share/noise, source: noise}]
generate: [busybox-links]
config: {entrypoint: [/usr/bin/sleep, "1000000000"]}
`;

test('A → B → A over HTTP, moving one service and little more', { timeout: 15 * minute }, async () => {
  const place = await openWorkplace();
  const server = await startServer(place.repo);
  onTestFinished(() => server.close());
  const context = await testContext();
  const file = join(place.base, 'lighthouse.yml');
  await mkdir(join(place.base, 'payload'));
  await writeFile(join(place.base, 'payload/component.yml'), payload);
  const prepare = async (version: string) => {
    await writeFile(join(place.base, 'payload/noise'), noise(version, payloadSize));
    await writeFile(file, spec(version, 'repo/metadata/1.root.json'));
  };
  const publish = async (version: string) => {
    await prepare(version);
    const directory = join(place.base, version);
    const manifest = await writeReleaseImages({ file, arch: 'amd64', frozen: false }, directory, context);
    await addRelease({ release: await readImageDirectory(directory), epoch: 1 }, await place.publisher());
    await promote({ version, to: 'stable', points: [[0, 10_000]] }, await place.publisher());
    return manifest;
  };

  await prepare('1.0.0');
  const request = { file, out: place.base, formats: ['raw'], arch: 'amd64', frozen: false } as const;
  const { artifacts } = await buildSpec(request, context);
  const disk = join(place.base, 'disk.raw');
  await rename(artifacts[0]!.path, disk);
  const second = await publish('2.0.0');

  await withTwin({ disk, scratch: place.base, extra: network }, async (machine) => {
    const follow = async (imageSize: number) => {
      await server.takeRequests();
      const said = await machine.run('catamaran-agent update', 5 * minute);
      const requests = await server.takeRequests();
      const moved = requests.reduce((sum, { bytes }) => sum + bytes, 0);
      expect(said).toContain('rebooting into');
      expect(moved).toBeGreaterThan(payloadSize);
      expect(moved, `${requests.length} requests:\n${said}`).toBeLessThan(
        1.1 * payloadSize + imageSize / 100,
      );
    };
    await machine.ready('A');
    const url = server.url.replace('127.0.0.1', '10.0.2.2');
    await machine.run(`mkdir -p /etc/catamaran && echo 'url: ${url}' >/etc/catamaran/update.yml`);
    expect(await machine.run('catamaran-agent update --check')).toContain('2.0.0 is to be installed');
    await follow(second.parts.root.size);

    await machine.ready('B');
    await machine.serial.waitFor(/slot B with 2.0.0 is good/, 3 * minute);
    expect(await machine.status()).toMatchObject({ slot: 'B', version: '2.0.0', rootHash: second.roothash });
    expect(await machine.run('catamaran-agent update')).toContain('nothing to do');
    const sum = createHash('sha256').update(noise('2.0.0', payloadSize)).digest('hex');
    expect(await machine.run('sha256sum /containers/services/payload/lower/usr/share/noise')).toContain(sum);

    const third = await publish('3.0.0');
    await follow(third.parts.root.size);
    await machine.ready('A');
    await machine.serial.waitFor(/slot A with 3.0.0 is good/, 3 * minute);
    expect(await machine.status()).toMatchObject({
      slot: 'A',
      version: '3.0.0',
      rootHash: third.roothash,
      slots: { A: { status: 'good' }, B: { status: 'good' } },
      last: { result: 'confirmed', slot: 'A' },
    });
  });
});
