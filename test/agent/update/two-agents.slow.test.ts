// Row 28 of the fault table (docs/design/update-faults.md): two agents at once, as processes, behind the lock of the script that
// machines have as /usr/bin/catamaran-agent.
import { type ChildProcess, spawn } from 'node:child_process';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { build } from 'esbuild';
import { expect, test } from 'vitest';
import { scriptFiles } from '../../../src/agent/commands/script-files.ts';
import { publishPlan, start } from '../../tuf/support/forge.ts';
import { expectInstalled } from './support/expect.ts';
import { type ForgedWorld, one, openForgedWorld, planOf, two } from './support/forged-world.ts';
import { sandboxPrograms } from './support/sandbox-programs.ts';
import type { Request } from './support/server.ts';

/** The script with the machine's directories in place of the system's, and with its updater run by Node. */
async function openScript({ machine }: ForgedWorld) {
  const { root } = machine.host;
  const [bin, bundle] = [join(root, 'bin'), join(root, 'usr/lib/catamaran/update.js')];
  await mkdir(bin);
  await build({
    entryPoints: [join(import.meta.dirname, 'support/sandbox-main.ts')],
    ...{ outfile: bundle, bundle: true, format: 'esm', platform: 'node', logLevel: 'error' },
  });
  for (const name of ['commands', 'usage'])
    await writeFile(join(root, 'usr/lib/catamaran', name), scriptFiles[`agent-${name}.txt`]!);
  await writeFile(join(root, 'package.json'), '{"type":"module"}');
  // qjs --std -s SCRIPT WORDS
  await writeFile(join(bin, 'qjs'), `#!/bin/sh\nshift 2\nexec '${process.execPath}' "$@"\n`);
  await chmod(join(bin, 'qjs'), 0o755);
  const source = join(import.meta.dirname, '../../../components/agent/rootfs/usr/bin/catamaran-agent');
  const script = (await readFile(source, 'utf8')).replace(
    /\/(run|usr\/lib)\/catamaran/g,
    `${root}/$1/catamaran`,
  );
  const sandbox = JSON.stringify({ root, programs: await sandboxPrograms(), now: start });
  const env = { ...process.env, PATH: `${bin}:${process.env.PATH}`, SANDBOX: sandbox };
  return (patience: number, ...words: string[]) => {
    const text = script.replace('flock -w 60', `flock -w ${patience}`);
    return finish(spawn('sh', ['-c', text, 'catamaran-agent', ...words], { env }));
  };
}

async function finish(child: ChildProcess): Promise<{ status: number | null; said: string }> {
  let said = '';
  for (const stream of [child.stdout!, child.stderr!]) {
    stream.on('data', (chunk) => {
      said += chunk;
    });
  }
  const status = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { status, said };
}

test('one waits for the other, or is told; both never write', async () => {
  const world = await openForgedWorld(publishPlan(planOf([{ release: one }, { release: two }])));
  const { server, machine } = world;
  const agent = await openScript(world);
  const seen: Request[] = [];
  const see = async () => seen.push(...(await server.takeRequests()));

  await server.setRules([{ path: '\\.hash$', fault: { kind: 'hold' } }]);
  const first = agent(60, 'update', '--apply');
  while (!seen.some(({ path }) => path.endsWith('.hash'))) await Promise.all([see(), sleep(20)]);
  expect(await agent(0, 'update', '--apply')).toEqual({
    status: 75,
    said: expect.stringContaining('catamaran-agent update: another one is at work on the slots'),
  });
  await see();
  expect(seen.at(-1)?.path).toMatch(/\.hash$/);

  const second = agent(60, 'update', '--apply');
  await server.setRules([]);
  expect(await first).toMatchObject({ status: 0, said: expect.stringContaining('2.0.0 is in slot B') });
  // The other finds it done.
  expect(await second).toEqual({
    status: 0,
    said: '1.0.0 runs, stable points at 2.0.0: 2.0.0 is to be installed\n',
  });
  await see();
  const paths = seen.map(({ path }) => path);
  const images = paths.findLastIndex((path) => /\.(boot|root|hash)$/.test(path));
  expect(paths.lastIndexOf('/metadata/2.root.json')).toBeGreaterThan(images);
  expect(paths.filter((path) => path.endsWith('.hash'))).toHaveLength(1);
  await expectInstalled(machine, 'B', two);
});
