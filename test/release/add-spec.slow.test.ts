// `release add SPEC…`: the real command builds what several specs with variables describe, and releases that.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Installation, installCommand, run, specRoom, succeed } from '../support/build.ts';

let installation: Installation;
beforeAll(async () => {
  installation = await installCommand();
});
afterAll(() => installation?.dispose());

const spec = `variables: {release: {type: string}}
os: {id: tiny, version: "\${release}"}
kernel: {image: component:kernel}
init: [component:init, component:crun, component:agent]
services: [{name: getty, image: component:getty}]
disk: {slot: 64M, data: 64M}
`;

test('two specs and a variable make one release, which is what `build` makes of them', async () => {
  const cwd = await specRoom(installation, 'release', spec);
  await writeFile(
    join(cwd, 'more.yml'),
    'kernel: {image: component:kernel, cmdline: "console=ttyS0 from-more"}\n',
  );
  const specs = ['tiny.yml', 'more.yml', '--set', 'release=2.5'];
  await succeed(installation, ['release', 'init', '--os', 'tiny'], { cwd });
  const { stdout } = await succeed(installation, ['release', 'add', ...specs, '--channel', 'alpha'], { cwd });
  expect(stdout).toMatch(/^2\.5 \w+: .*\npublished: releases signed\npublished: alpha signed\n$/);
  const targets = join(cwd, 'release/targets');
  const named = (ending: string) =>
    readdir(targets).then((files) => files.find((file) => file.endsWith(ending))!);
  const boot = await readFile(join(targets, await named('.boot')));
  expect(boot.subarray(0, 4096).toString('latin1')).toContain('console=ttyS0 from-more');
  await succeed(installation, ['build', ...specs, '--format', 'raw', '--out', 'out'], { cwd });
  const disk = await readFile(join(cwd, 'out/tiny.raw'));
  expect(disk.includes(boot)).toBe(true);
  expect(disk.includes(await readFile(join(targets, await named('.root'))))).toBe(true);

  const unset = await run(installation, ['release', 'add', 'tiny.yml', 'more.yml'], { cwd });
  expect(unset.code).toBe(3);
  expect(unset.stderr).toContain('release');
});
