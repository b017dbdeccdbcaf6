// When a boot has come up: what is asked, what is written, and that a machine which nobody can reach starts anew.
import { expect, test } from 'vitest';
import { settle } from '../../../src/agent/boot/settle.ts';
import type { Finished } from '../../../src/agent/host/host.ts';
import { bootsOffset, parseBoots, serialiseBoots } from '../../../src/slots/boots.ts';
import { type MemoryHost, memoryHost } from '../memory-host.ts';
import { makeDisk, old, runningFrom } from '../slots/fixtures.ts';
import { fragileMachine } from '../slots/fragile-machine.ts';

const sound = {
  '/usr/lib/catamaran/init': 'runit\n',
  '/containers/services/sshd/catamaran.json': '{}',
  '/run/service/sshd/state': 'running\n',
  '/etc/passwd': 'root:x:0:0:root:/root:/bin/sh\n',
  '/proc/uptime': '100.00 1.00\n',
};

function open(
  files: Record<string, string>,
  answers: (command: readonly string[], host: MemoryHost) => Finished | undefined = () => undefined,
  failed = 3,
) {
  const disk = makeDisk();
  disk.media.set(
    'ab-state',
    new Uint8Array(1 << 20).map((_, at) => disk.media.get('ab-state')![at] ?? 0),
  );
  disk.media.get('ab-state')!.set(serialiseBoots({ failed }), bootsOffset);
  const machine = fragileMachine(disk, runningFrom('A', old), new Map());
  const host: MemoryHost = memoryHost({ ...sound, ...files }, (command) => answers(command, host));
  return {
    host,
    settle: (now = false, rested = false) => settle({ ...machine, host }, { now, rested }),
    boots: () => parseBoots(disk.media.get('ab-state')!.subarray(bootsOffset, bootsOffset + 512)).failed,
  };
}

test('half a minute with a service that runs, a root and a shell for him: it came up', () => {
  const { host, settle, boots } = open({ '/var/lib/etc.trying': '' });
  settle();
  expect(host.calls[0]).toBe('sleep 30');
  expect(host.calls).toContainEqual(expect.stringMatching(/^timeout .* \/bin\/sh -l -c exit 0$/));
  expect(boots()).toBe(0);
  // Only a safe boot says anything of what was set aside.
  expect(host.files.has('/var/lib/etc.trying')).toBe(true);
});

test.each([
  ['no service runs', { '/run/service/sshd/state': 'pausing 4.000\n' }, /none of its services runs/],
  ['there is no root', { '/etc/passwd': 'toor:x:0:0::/:/bin/sh\n' }, /\/etc\/passwd has no root/],
  ['a login ends at once', { '/profile': 'exit 3' }, /a login ends with status 3: no/],
])('where %s it waits, and after ten minutes the machine starts anew', (_, files, reason) => {
  let time = 100;
  const { host, settle, boots } = open(files, (command, { files: all }) => {
    if (command[0] === 'sleep') {
      time += Number(command[1]);
      all.set('/proc/uptime', `${time}.0 0\n`);
    }
    if (command[0] === 'timeout' && all.has('/profile')) return { status: 3, output: 'no\n' };
    return undefined;
  });
  settle();
  expect(time).toBeGreaterThan(600);
  expect(host.printed).toEqual([expect.stringMatching(reason)]);
  expect(host.calls.at(-1)).toBe('reboot');
  expect(host.files.has('/run/catamaran/not-up')).toBe(true);
  expect(boots()).toBe(3);
});

test('what comes up late came up', () => {
  const { host, settle, boots } = open({ '/run/service/sshd/state': 'starting\n' }, (command, { files }) => {
    if (command.join(' ') === 'sleep 10') files.set('/run/service/sshd/state', 'running\n');
    return undefined;
  });
  settle();
  expect(host.calls).not.toContain('reboot');
  expect(boots()).toBe(0);
});

test('a trial that nobody can reach is left to its gate', () => {
  const { host, settle } = open({
    '/run/service/sshd/state': 'starting\n',
    '/run/catamaran/trial': '',
    '/proc/uptime': '700.0 0\n',
  });
  settle();
  expect(host.calls).not.toContain('reboot');
});

test('who asks for the end of it has come up, without waiting', () => {
  const { host, settle, boots } = open({ '/run/service/sshd/state': 'starting\n' });
  settle(true);
  expect(host.calls).not.toContain('sleep 30');
  expect(boots()).toBe(0);
});

test('who has waited half a minute already does not wait once more, and has to be reached all the same', () => {
  const { host, settle, boots } = open({ '/run/service/sshd/state': 'starting\n' }, (command, { files }) => {
    if (command.join(' ') === 'sleep 10') files.set('/run/service/sshd/state', 'running\n');
    return undefined;
  });
  settle(false, true);
  expect(host.calls).not.toContain('sleep 30');
  expect(host.calls).toContain('sleep 10');
  expect(boots()).toBe(0);
});

test('a count of none is not written again', () => {
  const { settle, boots } = open({}, undefined, 0);
  settle();
  expect(boots()).toBe(0);
});

test('a safe boot that came up keeps aside what it has set aside', () => {
  const { host, settle } = open({ '/run/catamaran/safe': '3 boots\n', '/var/lib/etc.trying': '' });
  settle();
  expect(host.files.has('/var/lib/etc.trying')).toBe(false);
});

test('not where the same container fails without it: then it was not for /etc', () => {
  const { host, settle } = open({
    '/run/catamaran/safe': '3 boots\n',
    '/run/catamaran/onboot-failed': '000-fetch\n',
    '/var/lib/etc.trying': '',
  });
  settle();
  expect(host.files.has('/var/lib/etc.trying')).toBe(true);
  expect(host.files.get('/run/catamaran/notices/safe-boot-2')).toMatch(
    /not for your \/etc: onboot 000-fetch/,
  );
});
