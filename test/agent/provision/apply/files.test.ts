// Files, directories and links of user-data: how they appear, and what is refused.
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import type { File, MachineConfig, UserContent } from '../../../../src/contract/user-data/machine-config.ts';
import { apply, applyText, configOf } from '../user-data.ts';

const empty = configOf('#cloud-config\n');
const bytes = (text: string) => new TextEncoder().encode(text);
const inline = (text: string): UserContent => ({ kind: 'inline', bytes: bytes(text) });
const file = (path: string, more: Partial<File> = {}): MachineConfig => ({
  ...empty,
  files: [
    {
      path,
      mode: 0o644,
      owner: {},
      contents: [inline('new\n')],
      append: false,
      defer: false,
      overwrite: true,
      ...more,
    },
  ],
});

test('a file has its mode and its owner; what is in it may be bytes', () => {
  const { host, lines } = applyText(`
write_files:
  - {path: /etc/secret, content: "AAH/", encoding: b64, permissions: "0600", owner: "ada:ops"}
  - {path: /var/lib/app/deep/config, content: "x\\n"}
`);
  expect(lines('files')).toEqual([
    'applied: the file /etc/secret',
    'applied: the file /var/lib/app/deep/config',
  ]);
  expect([...host.readBytes('/etc/secret', 0, 3)]).toEqual([0, 1, 255]);
  expect(host.mode('/etc/secret')).toBe('0600');
  expect(host.owners()['/etc/secret']).toBe('ada:ops');
  expect(host.mode('/var/lib/app/deep')).toBe('0755');
  expect(host.listDirectory('/etc')!.filter((name) => name.includes('.new'))).toEqual([]);
});

test('append goes to the end of what is there, of what the image has too', () => {
  const { host } = applyText('write_files: [{path: /etc/hosts, content: "192.0.2.1 db\\n", append: true}]');
  expect(host.readText('/etc/hosts')).toBe('127.0.0.1 localhost\n192.0.2.1 db\n');
});

test('what must not be replaced stays, and what has several contents has them in order', () => {
  const kept = apply(file('/etc/hosts', { overwrite: false }));
  expect(kept.lines()).toEqual(['unchanged: the file /etc/hosts']);
  const several = apply(file('/etc/list', { contents: [inline('a\n'), inline('b\n'), inline('c\n')] }));
  expect(several.host.readText('/etc/list')).toBe('a\nb\nc\n');
});

test('deferred files are written after the others', () => {
  const { lines } = applyText(
    'write_files: [{path: /etc/b, content: x, defer: true}, {path: /etc/a, content: x}]',
  );
  expect(lines('files')).toEqual(['applied: the file /etc/a', 'applied: the file /etc/b']);
});

test('once for a machine; what a boot forgets, at each boot', () => {
  const text = 'write_files: [{path: /etc/a, content: x}, {path: /run/b, content: x}]';
  const { host } = applyText(text);
  expect(applyText(text, { host, newInstance: false }).lines('files')).toEqual(['applied: the file /run/b']);
});

test.each([
  ['/etc/../usr/bin/sh', 'it has ".."'],
  ['/usr/bin/sh', 'the root file system is read-only there'],
  ['/proc/sys/vm/swappiness', 'the kernel makes what is there'],
  ['etc/motd', 'it is not absolute'],
  ['/etc/a\nb', 'it has control characters'],
])('the path %j is refused by name, and the rest applied', (path, why) => {
  const config = {
    ...file(path),
    directories: [{ path, mode: 0o755, owner: {} }],
    links: [{ path, target: 'x', hard: false, owner: {}, overwrite: true }],
  };
  const { host, outcomes } = apply({ ...config, hostname: 'ship' });
  const refused = outcomes.filter(({ state }) => state === 'failed');
  expect(refused.map(({ module }) => module)).toEqual(['directories', 'files', 'links']);
  for (const { what } of refused) {
    expect(what).toContain(JSON.stringify(path));
    expect(what).toContain(why);
  }
  expect(host.readText('/etc/hostname')).toBe('ship\n');
});

test('a hard link leads nowhere that may not be written', () => {
  const links = [{ path: '/etc/x', target: '/usr/bin/su', hard: true, owner: {}, overwrite: false }];
  expect(apply({ ...empty, links }).lines()).toEqual([
    expect.stringContaining('failed: the link /etc/x: "/usr/bin/su" is refused'),
  ]);
});

test('a directory in the place of a file is not lost, nor a file in the place of a link', () => {
  const files = { '/etc/d/x': 'kept', '/etc/f': 'kept' };
  expect(apply(file('/etc/d'), { files }).lines()).toEqual(['failed: the file /etc/d: it is a directory']);
  const links = [{ path: '/etc/f', target: 'x', hard: false, owner: {}, overwrite: false }];
  const { host, lines } = apply({ ...empty, links }, { files });
  expect(lines()).toEqual(['failed: the link /etc/f: something else is there']);
  expect(host.readText('/etc/f')).toBe('kept');
});

test('links and directories', () => {
  const { host, lines } = apply({
    ...empty,
    directories: [{ path: '/srv/www', mode: 0o2775, owner: { user: 'ada', group: 'ops' } }],
    links: [{ path: '/etc/l', target: '../srv/www', hard: false, owner: {}, overwrite: false }],
  });
  expect(lines()).toEqual(['applied: the directory /srv/www', 'applied: the link /etc/l']);
  expect(host.mode('/srv/www')).toBe('2775');
  expect(host.owners()['/srv/www']).toBe('ada:ops');
  expect(host.link('/etc/l')).toBe('../srv/www');
});

const url = 'http://192.0.2.1/x';
const body = bytes('fetched\n');
const sha256 = createHash('sha256').update(body).digest('hex');
const remote = (more: Partial<UserContent & { kind: 'remote' }> = {}): UserContent => ({
  kind: 'remote',
  url,
  headers: {},
  gzip: false,
  ...more,
});

test('what has to be fetched is written in the network pass, and verified before', () => {
  const config = file('/etc/x', { contents: [remote({ digest: { algorithm: 'sha256', hex: sha256 } })] });
  const good = apply(config, { fetch: () => body });
  expect(good.outcomes).toEqual([{ module: 'remote files', state: 'applied', what: 'the file /etc/x' }]);
  expect(good.host.readText('/etc/x')).toBe('fetched\n');
  expect(apply(config, { fetch: () => body, passes: ['local', 'final'] }).outcomes).toEqual([]);
  const bad = apply(config, { fetch: () => bytes('forged\n'), files: { '/etc/x': 'old\n' } });
  expect(bad.lines()).toEqual([expect.stringContaining(`what came from ${url} has not the sha256`)]);
  expect(bad.host.readText('/etc/x')).toBe('old\n');
  const away = apply(config, { fetch: () => ({ problem: 'it answered 404' }) });
  expect(away.lines()).toEqual([`failed: the file /etc/x: ${url} cannot be fetched: it answered 404`]);
});

test('one of several that cannot be fetched: nothing is written', () => {
  const { host, lines } = apply(file('/etc/x', { contents: [inline('a\n'), remote()] }));
  expect(lines()).toEqual([expect.stringMatching(/^failed/)]);
  expect(host.readText('/etc/x')).toBeUndefined();
});

test('packed bodies are unpacked, and a bomb is not', () => {
  const packed = (content: Uint8Array) => ({ fetch: () => new Uint8Array(gzipSync(content)) });
  const config = file('/etc/x', { contents: [remote({ gzip: true })] });
  expect(apply(config, packed(body)).host.readText('/etc/x')).toBe('fetched\n');
  expect(apply(config, packed(new Uint8Array(65 << 20))).lines()).toEqual([
    expect.stringContaining('unpacks to more than'),
  ]);
});
