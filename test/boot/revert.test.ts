// One service taken back by itself, under runit and under systemd: past a version that does not come up, without a network, over a
// reboot, and to the release's own again. docs/updates.md. Under one of them by turns, under both by
// `npm run test:styles`.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildSpec } from '../../src/output/build.ts';
import { writeReleaseImages } from '../../src/output/disk/release-images.ts';
import { byTurns } from '../support/by-turns.ts';
import { testContext } from '../support/context.ts';
import { until } from '../support/parts.ts';
import { twinShell } from '../support/twin.ts';
import { startTwin, type TwinMachine } from '../support/twin-machine.ts';

const minute = 60_000;

const component = `summary: What changes.
packages: [busybox-static]
include: [usr/bin/busybox]
directories: [{path: dev}, {path: proc}, {path: sys}]
symlinks: [{path: usr/bin/httpd, target: busybox}, {path: usr/bin/cat, target: busybox}, {path: usr/bin/false, target: busybox}]
files: [{path: www/index.html, source: page, mode: "0644"}]
runtime: {capabilities: [CAP_NET_BIND_SERVICE], net: host}
`;

const spec = (init: string, version: string) => `os: {id: reverts, version: "${version}"}
kernel: {image: component:kernel, cmdline: console=ttyS0}
init: [component:${init}, component:crun, component:agent]
services:
  - {name: getty, image: component:getty}
  - name: web
    image: ./web
    ${version === '2' ? 'command: [/usr/bin/false]\n    restart: never' : 'command: [/usr/bin/httpd, -f, -h, /www]'}
files:
  - path: usr/lib/catamaran/system/_test/run
    mode: "0755"
    contents: |
${twinShell.replaceAll(/^/gm, '      ').trimEnd()}
${version === '1' ? '' : `keep: {from: "${Number(version) - 1}", versions: 2}`}
disk: {slot: 128M, data: 128M}
`;

const inits = ['init', 'init-systemd'];

describe.each(process.env.CATAMARAN_STYLES === undefined ? [byTurns(inits)] : inits)('%s', (init) => {
  let directory: string;
  let machine: TwinMachine;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'catamaran-revert-'));
    const context = await testContext();
    const file = join(directory, 'reverts.yml');
    const source = { file, arch: 'amd64', frozen: false } as const;
    await mkdir(join(directory, 'web'));
    await writeFile(join(directory, 'web/component.yml'), component);
    for (const version of ['1', '2', '3']) {
      await writeFile(join(directory, 'web/page'), `page ${version}\n`);
      await writeFile(file, spec(init, version));
      if (version !== '3') await writeReleaseImages(source, join(directory, version), context);
    }
    const { artifacts } = await buildSpec({ ...source, out: directory, formats: ['raw'] }, context);
    machine = await startTwin({ disk: artifacts[0]!.path, scratch: directory });
    await machine.ready('A', 15 * minute);
  }, 30 * minute);
  afterAll(async () => {
    await machine?.kill();
    await rm(directory, { recursive: true, force: true });
  });

  const run = (line: string) => machine.run(line, 10 * minute);
  const served = () => run(until('wget -qO- http://127.0.0.1/'));

  test('one that does not come up gives way to what ran', async () => {
    expect(await served()).toBe('page 3');
    expect(await run('catamaran-agent versions')).toMatch(
      /^web +this release \(\w+\) +2 \(\w+\), 1 \(\w+\)$/m,
    );
    const { status, output } = await machine.try('catamaran-agent revert web', 10 * minute);
    expect({ status, output }).toEqual({ status: 6, output: expect.stringContaining('does not come up') });
    expect(await served()).toBe('page 3');
  });

  test('one that does takes its place, and all else goes on', async () => {
    const { rootHash } = await machine.status();
    const getty = await run('catamaran-agent services | grep ^getty');
    expect(await run('catamaran-agent revert web 1')).toContain('web runs as in 1');
    expect(await served()).toBe('page 1');
    expect(await run('catamaran-agent shell web /usr/bin/cat /www/index.html')).toBe('page 1');
    expect(await run('catamaran-agent ps')).toMatch(/^web +\d+ +\/usr\/bin\/httpd -f/m);
    expect(await run('catamaran-agent services | grep ^getty')).toBe(getty);
    expect(await machine.status()).toMatchObject({ rootHash, version: '3' });
  });

  test('so it is after a reboot, and to the release’s own it goes by a word', async () => {
    await run('reboot');
    await machine.ready('A', 15 * minute);
    expect(await served()).toBe('page 1');
    expect(await run('catamaran-agent status')).toContain('web runs as in 1');
    expect(await run('catamaran-agent revert web --undo')).toContain('as this release has it');
    expect(await served()).toBe('page 3');
    expect((await machine.try('catamaran-agent revert web --undo')).status).toBe(2);
  });
});
