// The directories that an image wants below /var and /run: as they were written they are read, and nothing else is made.
import { expect, test } from 'vitest';
import { makeDirectories } from '../../src/agent/boot/directories.ts';
import { readMadeDirectories, writeMadeDirectories } from '../../src/contract/made-directories.ts';
import { memoryHost } from '../agent/memory-host.ts';

const directories = [
  { path: '/run/a b', mode: 0o755, uid: 0, gid: 0 },
  { path: '/var/lib/etcd', mode: 0o2700, uid: 40690, gid: 40690 },
];

test('round trip', () => {
  const text = writeMadeDirectories(directories);
  expect(text).toBe('format 1\n0755 0 0 /run/a b\n2700 40690 40690 /var/lib/etcd\n');
  expect(readMadeDirectories(text)).toEqual(directories);
});

test('what is no line of ours is passed over; a newer format is refused', () => {
  expect(readMadeDirectories('0755 0 0 /etc/x\n0755 0 0 /var/../etc\nx\n0755 0 0 /var\n')).toEqual([]);
  expect(() => readMadeDirectories('format 2\n')).toThrow(/format 2/);
});

test('the machine makes what is not there, and leaves what is', () => {
  const host = memoryHost({
    '/usr/lib/catamaran/directories': writeMadeDirectories(directories),
    '/run/a b/file': '',
  });
  makeDirectories(host);
  expect(host.calls.filter((call) => /etcd|a b/.test(call))).toEqual([
    'mkdir -p /var/lib/etcd',
    'chown 40690:40690 /var/lib/etcd',
    'chmod 2700 /var/lib/etcd',
  ]);
});
