// A reset that leaves what is named: asked for while the machine runs, done at its next boot.
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { askReset, finishKeepingReset } from '../../../src/agent/disk/reset-keeping.ts';
import { sandboxHost } from '../update/support/sandbox-host.ts';

/** The agent's own programs of files, on a real directory. */
function machine(files: readonly string[]) {
  const root = mkdtempSync(join(tmpdir(), 'catamaran-reset-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  for (const file of files) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), file);
  }
  return { root, host: sandboxHost(root, { curl: { file: 'curl', args: [], env: {} } }) };
}

const left = (root: string) =>
  readdirSync(join(root, 'var'), { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length))
    .sort();

const list = '/var/lib/catamaran/reset-keep';
const slots = '/var/lib/catamaran/slots/confirmed.json';
const floor = '/var/lib/catamaran/update/floor.json';

test('all goes but what is named, by whatever name people have for it, and the slots’ and the channel’s records', () => {
  const kept = [
    '/var/lib/docker/volumes/a/data',
    '/var/lib/etc/hostname',
    '/var/home/me/notes',
    slots,
    floor,
  ];
  const lost = [
    '/var/lib/docker/image',
    '/var/lib/etc/other',
    '/var/home/other',
    '/var/log/x',
    '/var/lib/catamaran/grown',
  ];
  const { host, root } = machine([...kept, ...lost]);
  askReset(host, ['/var/lib/docker/volumes', '/etc/hostname', '/home/me/']);
  expect(left(root)).toEqual([...kept, ...lost, list].sort());
  finishKeepingReset(host);
  expect(left(root)).toEqual([...kept].sort());
  expect(host.calls.at(-1)).toBe('reboot -f');
  // In the boot after.
  host.calls.length = 0;
  finishKeepingReset(host);
  expect(host.calls).toEqual([]);
});

test('what was cut short is finished by the next boot', () => {
  const { host, root } = machine(['/var/keep', '/var/a', '/var/b']);
  askReset(host, ['/var/keep']);
  host.intercept = ([program, , path]) => {
    if (program === 'rm' && path === '/var/b') throw new Error('the power is gone');
    return undefined;
  };
  expect(() => finishKeepingReset(host)).toThrow('the power is gone');
  expect(left(root)).toEqual(['/var/b', '/var/keep', list].sort());
  host.intercept = undefined;
  finishKeepingReset(host);
  expect(left(root)).toEqual(['/var/keep']);
});

test('a link is never followed out of what is cleared', () => {
  const { host, root } = machine(['/elsewhere/kept', '/var/real/kept']);
  askReset(host, ['/var/real/kept']);
  rmSync(join(root, 'var/real'), { recursive: true });
  symlinkSync(join(root, 'elsewhere'), join(root, 'var/real'));
  finishKeepingReset(host);
  expect(readdirSync(join(root, 'elsewhere'))).toEqual(['kept']);
  expect(left(root)).toEqual([]);
});

test.each([
  ['/usr/bin/sh', 'is nothing on the data partition'],
  ['/', 'is nothing on the data partition'],
  ['/var', 'is nothing on the data partition'],
  ['var/keep', 'is nothing on the data partition'],
  ['/var/lib/../keep', 'is nothing on the data partition'],
  ['/etc/of-the-image', 'there is no /var/lib/etc/of-the-image to keep'],
])('%s cannot be kept, and nothing is cleared', (path, evidence) => {
  const { host } = machine(['/var/keep']);
  expect(() => askReset(host, ['/var/keep', path])).toThrow(evidence);
  expect(host.readText(list)).toBeUndefined();
});
