// What counts of what a machine is told, and what is passed over.
import { expect, test } from 'vitest';
import { dispatch } from '../../../src/agent/commands/dispatch.ts';
import { systemCommands } from '../../../src/agent/commands/table.ts';
import { readSettings, settingsBelow } from '../../../src/agent/system/settings.ts';
import { memoryHost } from '../memory-host.ts';

const image = '/usr/lib/catamaran/system.conf';
const own = '/etc/catamaran/system.conf';
const files = {
  [image]: '# the image\nconsole: default\nconsole.alpine: alpine:3\ndocker.tls: false\n',
  '/etc/catamaran/system.d/20-b.conf': 'console: two\nservice.web: true\n',
  '/etc/catamaran/system.d/10-a.conf': 'console: one\n',
  '/etc/catamaran/system.d/notes.txt': 'console: none\n',
  [own]: 'service.web: "false" # not now\n',
  '/proc/cmdline': 'quiet catamaran.system.docker.tls=true catamaran.slot=A\n',
};
const call = (words: string, host = memoryHost(files)) => ({
  status: dispatch(words.split(' '), host, systemCommands),
  host,
});

test('the later place counts, and says so', () => {
  expect(call('config get').host.printed).toEqual([
    'console: two  # /etc/catamaran/system.d/20-b.conf:1',
    'console.alpine: alpine:3  # /usr/lib/catamaran/system.conf:3',
    'docker.tls: true  # the kernel’s arguments',
    'service.web: false  # /etc/catamaran/system.conf:1',
  ]);
  expect(call('config get console').host.printed).toEqual(['two']);
  expect(call('config get nothing').host.printed).toEqual([]);
  expect([...settingsBelow(memoryHost(files), 'service')]).toEqual([['web', 'false']]);
});

test('a person’s word replaces the one before, and no other line', () => {
  const host = memoryHost({ [own]: 'docker.tls: false\nservice.web: true\n' });
  expect(call('config set docker.tls true', host).status).toBe(0);
  expect(host.files.get(`${own}.new`)).toBe('service.web: true\ndocker.tls: true\n');
});

test.each([
  ['docker.tls', 'yes', 'docker.tls is "yes", and has to be true or false'],
  ['console', '../x', 'console is "../x", and has to be the name of a console, or default'],
  [
    'console.x',
    '-privileged',
    'console.x is "-privileged", and has to be an image of Docker, such as debian:trixie',
  ],
  ['docker', 'x', 'there is no setting "docker"'],
])('%s cannot be %s', (key, value, message) => {
  const { status, host } = call(`config set ${key} ${value}`);
  expect(status).toBe(2);
  expect(host.printed).toEqual([
    `catamaran-agent config set ${key} ${value}: ${message}`,
    '  hint: There are console, console.NAME, service.NAME, docker.tls.',
  ]);
});

test('what makes no sense is passed over with its place, and the rest counts', () => {
  const host = memoryHost({
    [image]: 'console: one\nnonsense\nservice.a: maybe\n',
    [own]: 'x'.repeat(70_000),
  });
  const { all, problems } = readSettings(host);
  expect(all).toEqual([{ key: 'console', value: 'one', where: `${image}:1` }]);
  expect(problems).toEqual([
    `${image}:2: there is no setting "nonsense"`,
    `${image}:3: service.a is "maybe", and has to be true or false`,
    `${own}: is longer than 65536 characters`,
  ]);
  expect(call('config validate', host).status).toBe(2);
});
