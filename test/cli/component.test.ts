import { readdir } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { catamaran } from './fake-io.ts';

const root = new URL('../../components/', import.meta.url);

test('the list has every component, with its summary', async () => {
  const { code, stdout, stderr } = await catamaran(['component', 'list']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const lines = stdout.trimEnd().split('\n');
  const names = (await readdir(root)).filter((name) => name !== 'cuts' && name !== 'measured.json').sort();
  expect(lines.map((line) => line.split(' ')[0])).toEqual(names);
  for (const line of lines) expect(line).toMatch(/^[a-z0-9-]+ {2,}\S/);
});

test('the list for programs', async () => {
  const { stdout } = await catamaran(['component', 'list', '--json']);
  const { event, command, result } = JSON.parse(stdout);
  expect({ event, command }).toEqual({ event: 'result', command: 'component list' });
  expect(result.components).toContainEqual({ name: 'sshd', summary: expect.any(String) });
});

test('one component', async () => {
  const { code, stdout } = await catamaran(['component', 'show', 'sshd']);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^sshd: /);
  expect(stdout).toMatch(/^packages .*openssh-server/m);
  const json = await catamaran(['component', 'show', 'sshd', '--json']);
  expect(JSON.parse(json.stdout).result).toMatchObject({
    name: 'sshd',
    packages: expect.arrayContaining(['openssh-server']),
  });
});

test('a component that there is not', async () => {
  const { code, stderr } = await catamaran(['component', 'show', 'sshf']);
  expect(code).toBe(2);
  expect(stderr).toContain('sshf');
  expect(stderr).toContain('sshd');
});
