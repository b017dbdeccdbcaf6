// `plan`: which steps a build would take, and which input of each has changed since the last one.
import { appendFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ExplainedStep } from '../../src/output/explain.ts';
import {
  eventsOf,
  type Installation,
  installCommand,
  specRoom,
  succeed,
  tasksDone,
  tinySpec,
} from '../support/build.ts';
import { testCacheRoot } from '../support/tools.ts';

let installation: Installation;
let cwd: string;
let spec: string;
beforeAll(async () => {
  installation = await installCommand();
  cwd = await specRoom(installation, 'explain');
  // No other build has made this base.
  spec = tinySpec.replace('hello', installation.root).replace('component:agent', 'component:agent, ./mine');
  await writeFile(join(cwd, 'tiny.yml'), spec);
  await writeComponent('1');
});
afterAll(() => installation?.dispose());

async function writeComponent(content: string): Promise<void> {
  await specRoom(installation, 'explain/mine');
  const text = `summary: Mine.\nfiles: [{path: etc/mine, contents: "${installation.root} ${content}"}]\n`;
  await writeFile(join(cwd, 'mine/component.yml'), text);
}

async function plan(): Promise<ExplainedStep[]> {
  const { stdout } = await succeed(installation, ['plan', 'tiny.yml', '--json'], { cwd });
  expect(tasksDone(stdout).filter((label) => / image$|^component |^segment /.test(label))).toEqual([]);
  const { result } = eventsOf(stdout).find(({ event }) => event === 'result') as {
    result?: { steps: ExplainedStep[] };
  };
  return result!.steps;
}

/** The steps that would run, with their reasons. */
async function reasons(): Promise<Record<string, readonly string[]>> {
  const steps = (await plan()).filter(({ cached }) => !cached);
  return Object.fromEntries(steps.map(({ id, reasons }) => [id, reasons]));
}

const change = (from: string, to: string) => {
  expect(spec).toContain(from);
  return writeFile(join(cwd, 'tiny.yml'), spec.replace(from, to));
};

test('before the first build: what nobody has built yet', async () => {
  const first = ['first build'];
  expect(await reasons()).toMatchObject({ 'component ./mine': first, base: first, qcow2: first });
  expect((await readdir(cwd)).sort()).toEqual(['mine', 'tiny.lock.yml', 'tiny.yml']);
});

test('after it: nothing to do', async () => {
  await succeed(installation, ['build', 'tiny.yml'], { cwd });
  expect(await reasons()).toEqual({});
  const { stdout } = await succeed(installation, ['plan', 'tiny.yml'], { cwd });
  expect(stdout).toMatch(/^cached +component kernel$/m);
  expect(stdout).toMatch(/nothing to do\n$/);
});

test.each<[string, string, Record<string, string[]>]>([
  ['contents: "', 'mode: "0640", contents: "', { base: ['file etc/motd changed'], qcow2: ['after base'] }],
  [
    'path: etc/motd',
    'path: etc/issue',
    {
      base: ['file etc/issue added', 'file etc/motd removed'],
      qcow2: ['after base'],
    },
  ],
  ['slot: 64M', 'slot: 65M', { qcow2: ['slot changed'] }],
  [
    'component:crun, component:agent',
    'component:agent, component:crun',
    {
      base: ['the order of its parts changed'],
      qcow2: ['after base'],
    },
  ],
])('%s → %s', async (from, to, expected) => {
  await change(from, to);
  expect(await reasons()).toEqual(expected);
});

test('a component’s file', async () => {
  await writeFile(join(cwd, 'tiny.yml'), spec);
  await writeComponent('2');
  expect(await reasons()).toEqual({
    'component ./mine': ['file etc/mine changed'],
    base: ['after component ./mine'],
    qcow2: ['after base'],
  });
  await writeComponent('1');
});

test('an output that is gone, or changed by somebody: what a build would find, `plan` finds', async () => {
  await writeFile(join(cwd, 'tiny.yml'), spec);
  await succeed(installation, ['build', 'tiny.yml'], { cwd });
  expect(await reasons()).toEqual({});
  await appendFile(join(cwd, 'tiny.qcow2'), 'more');
  expect(await reasons()).toEqual({ qcow2: ['not as it was written'] });
  await rm(join(cwd, 'tiny.qcow2'));
  expect(await reasons()).toEqual({ qcow2: ['not as it was written'] });
  const elsewhere = await succeed(installation, ['plan', 'tiny.yml', '--out', 'elsewhere'], { cwd });
  expect(elsewhere.stdout).toMatch(/^run +qcow2 /m);
  await succeed(installation, ['build', 'tiny.yml'], { cwd });
  expect(await reasons()).toEqual({});
});

test('a result that has left the cache', async () => {
  const base = (await plan()).find(({ id }) => id === 'base')!;
  await rm(join(testCacheRoot(), 'results/base', `${base.key.slice('sha256:'.length)}.json`));
  expect(await reasons()).toEqual({ base: ['no longer in the cache'] });
});

test('for people: a line for each step, the first reasons, a count', async () => {
  await change('etc/motd', 'etc/issue');
  const { stdout } = await succeed(installation, ['plan', 'tiny.yml'], { cwd });
  expect(stdout).toMatch(/^run +base +file etc\/issue added, file etc\/motd removed$/m);
  expect(stdout).toMatch(/^2 of \d+ steps to run$/m);
});
