// The reboot lock in a real etcd: no more than so many at once, given back once a machine is good again, and no reboot
// where etcd is away or says no.
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { acquire, releaseSemaphore, type Semaphore } from '../../../src/agent/update/etcd.ts';
import { temporaryDirectory } from '../../release/support/workplace.ts';
import { hostTools } from '../../support/tools.ts';
import { makeRelease } from './support/releases.ts';
import { sandboxHost } from './support/sandbox-host.ts';
import { sandboxPrograms } from './support/sandbox-programs.ts';
import { openWorld } from './support/world.ts';

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const tools = () => hostTools(['tools-update']);

/** Answers with its address. It ends with the test, or by `stop`. */
async function startEtcd(): Promise<{ url: string; stop(): Promise<void> }> {
  const [client, peer] = [await freePort(), await freePort()];
  const urls = { client: `http://127.0.0.1:${client}`, peer: `http://127.0.0.1:${peer}` };
  const command = await (await tools()).command('etcd', [
    ...['--name', 'test', '--data-dir', join(await temporaryDirectory(), 'etcd'), '--unsafe-no-fsync'],
    ...['--listen-client-urls', urls.client, '--advertise-client-urls', urls.client],
    ...['--listen-peer-urls', urls.peer, '--initial-advertise-peer-urls', urls.peer],
    ...['--initial-cluster', `test=${urls.peer}`],
  ]);
  const child = spawn(command.file, command.args, { env: command.env, stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const stop = async () => {
    child.kill('SIGKILL');
    await ended;
  };
  onTestFinished(stop);
  for (let tries = 0; tries < 600; tries++) {
    const answer = await fetch(`${urls.client}/health`).catch(() => undefined);
    if (answer?.ok) return { url: urls.client, stop };
    await sleep(100);
  }
  throw new Error('etcd does not come up');
}

async function semaphores(url: string, places: number): Promise<(name: string) => Semaphore> {
  const host = sandboxHost(await temporaryDirectory(), await sandboxPrograms());
  return (machineId) => ({
    host,
    curl: { patience: 5 },
    endpoints: ['http://127.0.0.1:1', url],
    group: 'web',
    places,
    machineId,
  });
}

test('as many as there are places, and each place only for its holder', async () => {
  const { url } = await startEtcd();
  const machine = await semaphores(url, 2);
  expect(acquire(machine('a'))).toBe(true);
  expect(acquire(machine('b'))).toBe(true);
  expect(acquire(machine('c'))).toBe(false);
  expect(acquire(machine('a'))).toBe(true);
  releaseSemaphore(machine('c'));
  expect(acquire(machine('c'))).toBe(false);
  releaseSemaphore(machine('a'));
  expect(acquire(machine('c'))).toBe(true);
  expect(acquire({ ...machine('d'), group: 'other' })).toBe(true);
});

test('a machine reboots under the lock, gives it back when it is good, and stays up without etcd', async () => {
  const { url, stop } = await startEtcd();
  const one = await makeRelease({ version: '1.0.0', blocks: [1, 2, 3] });
  const two = await makeRelease({ version: '2.0.0', blocks: [1, 2, 4] });
  const world = await openWorld(one);
  const { host } = world.machine;
  await world.machine.setting(`etcd: ${url}`);
  const other = (await semaphores(url, 1))('other');
  const mine = { ...other, group: 'default' };
  expect(acquire(mine)).toBe(true);
  await world.publish(two);
  expect(world.machine.agent('update').said).toContain('other machines hold the reboot lock');
  expect(host.calls).not.toContain('reboot');

  releaseSemaphore(mine);
  expect(world.machine.agent('update').said).toContain('rebooting into 2.0.0');
  expect(acquire(mine)).toBe(false);
  // A boot loader that could not write has passed over it: others need not wait for that.
  const armed = world.machine.state();
  await world.machine.boot(one, 'A');
  world.machine.agent('update');
  expect(acquire(mine)).toBe(true);
  releaseSemaphore(mine);
  expect(world.machine.agent('update', '--now').said).toContain('rebooting into 2.0.0');
  expect(world.machine.state()).toEqual(armed);
  expect(acquire(mine)).toBe(false);
  // On trial it keeps the lock; as soon as it is good it does not.
  await world.machine.boot(two, 'B');
  await world.machine.setState({ gen: 9, first: 'B', A: 'good', B: 'try2' });
  world.machine.agent('update');
  expect(acquire(mine)).toBe(false);
  await world.machine.setState({ gen: 10, first: 'B', A: 'good', B: 'good' });
  world.machine.agent('update');
  expect(acquire(mine)).toBe(true);

  await stop();
  host.calls.length = 0;
  await world.machine.boot(one, 'A');
  await world.machine.setState({ gen: 11, first: 'A', A: 'good', B: 'good' });
  host.removeFile('/var/lib/catamaran/slots/pending.json');
  expect(world.machine.agent('update').said).toContain('etcd does not answer');
  expect(host.calls).not.toContain('reboot');
});
