// What `ssh` and `logs` find of the machines that run, and what becomes of those whose `run` was killed.
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findMachine, isRunning, makeRecord, runningMachines } from '../../src/run/records.ts';
import { ownedName } from '../../src/store/owner.ts';

let cache: string;
beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), 'catamaran-records-'));
});
afterEach(() => rm(cache, { recursive: true }));

const record = (name: string) => ({ name, arch: 'amd64', sshPort: 2200 }) as const;

test('a machine is found from when it is published until its run ends', async () => {
  await expect(findMachine(cache, undefined)).rejects.toThrow('no machine of `catamaran run` is running');
  const place = await makeRecord(cache);
  expect(await runningMachines(cache)).toEqual([]);
  await place.publish(record('minimal'));
  const found = await findMachine(cache, undefined);
  expect(found).toMatchObject({ name: 'minimal', sshPort: 2200, key: place.key, console: place.console });
  expect(isRunning(found)).toBe(true);
  await place.remove();
  expect(isRunning(found)).toBe(false);
  expect(await runningMachines(cache)).toEqual([]);
});

test('of several one is named', async () => {
  for (const name of ['web', 'db']) await (await makeRecord(cache)).publish(record(name));
  expect(await findMachine(cache, 'db')).toMatchObject({ name: 'db' });
  await expect(findMachine(cache, undefined)).rejects.toMatchObject({
    diagnostics: [
      {
        code: 'machine-unknown',
        message: '2 machines are running',
        hint: 'Name one with --machine: web, db.',
      },
    ],
  });
  await expect(findMachine(cache, 'wb')).rejects.toThrow('no machine "wb" is running');
});

test('what a killed run has left is removed', async () => {
  const dead = ownedName().replace(/^\d+-\d+/, '4194305-1');
  await mkdir(join(cache, 'machines', dead), { recursive: true });
  await writeFile(join(cache, 'machines', dead, 'machine.json'), JSON.stringify(record('minimal')));
  expect(await runningMachines(cache)).toEqual([]);
  expect(await readdir(join(cache, 'machines'))).toEqual([]);
});
