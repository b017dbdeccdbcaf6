// What a machine tells about itself, where `report` names an address, and that nothing hangs on it.
import { expect, test } from 'vitest';
import { bucketOf } from '../../../src/tuf/rollout.ts';
import { publishPlan } from '../../tuf/support/forge.ts';
import { expectInstalled, refused } from './support/expect.ts';
import { type ForgedWorld, one, openForgedWorld, planOf, two } from './support/forged-world.ts';
import { machineId } from './support/test-machine.ts';

const toTwo = publishPlan(planOf([{ release: one }, { release: two }]));

async function openReporting(): Promise<ForgedWorld> {
  const world = await openForgedWorld(toTwo);
  await world.machine.setting(`report: ${world.server.url}/report`);
  return world;
}

async function takeReports({ server }: ForgedWorld): Promise<unknown[]> {
  const posts = (await server.takeRequests()).filter(({ method }) => method === 'POST');
  return posts.map(({ path, body }) => {
    const { resources, ...rest } = JSON.parse(body);
    expect(resources).toMatchObject({
      disk: { size: expect.any(Number), free: expect.any(Number) },
      dropped: {},
    });
    return { path, ...rest };
  });
}

const common = { path: '/report', os: 'lighthouse', arch: 'amd64', channel: 'stable' };
const bucket = bucketOf(machineId, 'salt');

test('each update that is tried, with what it came to, and without the machine’s id', async () => {
  const world = await openReporting();
  const { machine } = world;
  machine.agent('update', '--download');
  machine.agent('update');
  await machine.reboot();
  machine.agent('confirm');
  machine.agent('update');
  const reports = await takeReports(world);
  expect(reports).toEqual([
    { ...common, version: '1.0.0', bucket, result: 'downloaded' },
    { ...common, version: '1.0.0', bucket, result: 'installed' },
    {
      ...common,
      version: '2.0.0',
      bucket,
      result: 'current',
      trial: { version: '2.0.0', result: 'confirmed' },
    },
  ]);
  expect(JSON.stringify(reports)).not.toContain(machineId);
});

test('a failure and its reason', async () => {
  const world = await openReporting();
  await world.server.setRules([{ path: 'snapshot', fault: { kind: 'corrupt' } }]);
  expect(world.machine.agent('update').status).toEqual(refused);
  expect(await takeReports(world)).toEqual([
    { ...common, version: '1.0.0', result: 'error', message: expect.stringContaining('another hash') },
  ]);
});

test('nothing where it is not asked for, for a check, and for an update from a disk', async () => {
  const silent = await openForgedWorld(toTwo);
  expect(silent.machine.agent('update').status).toBe(0);
  expect(await takeReports(silent)).toEqual([]);

  const world = await openReporting();
  expect(world.machine.agent('update', '--check').status).toBe(0);
  expect(world.machine.agent('update', '--download', '--offline-media', world.directory).status).toBe(0);
  await world.machine.setting('# no more');
  const own = world.machine.host.readText('/etc/catamaran/update.yml')!;
  world.machine.host.writeFile('/etc/catamaran/update.yml', own.replace(/^report:.*$/m, 'report: off'));
  expect(world.machine.agent('update').status).toBe(0);
  expect(await takeReports(world)).toEqual([]);
});

test.each([
  ['says 500', { kind: 'status', status: 500 }],
  ['says nothing', { kind: 'hold' }],
  ['never ends', { kind: 'endless' }],
  ['sends on and on to somewhere else', { kind: 'redirect', to: '/report' }],
] as const)('a listener that %s hinders no update', async (_, fault) => {
  const world = await openReporting();
  await world.server.setRules([{ path: 'report', fault }]);
  expect(world.machine.agent('update')).toMatchObject({
    status: 0,
    said: expect.stringContaining('the report was not delivered, which changes nothing'),
  });
  await expectInstalled(world.machine, 'B', two);
  expect(world.machine.host.calls).toContain('reboot');
});
