// Compose files of a machine with two Dockers: which has them, in which order, and what is made anew.
import { expect, test } from 'vitest';
import { dispatch } from '../../../src/agent/commands/dispatch.ts';
import { systemCommands } from '../../../src/agent/commands/table.ts';
import { inOrderOfStart, readDefinition } from '../../../src/agent/system/definitions.ts';
import { type MemoryHost, memoryHost } from '../memory-host.ts';

const web = `services:
  page:
    image: nginx:1
    labels: [io.rancher.os.scope=system, "catamaran.after=early, disk"]
  early: {image: busybox:1, labels: {catamaran.scope: system, catamaran.before: disk}}
  disk: {image: busybox:1}
`;
const files = { '/usr/share/catamaran/services/web.yml': web };
const definition = { name: 'web', path: '/usr/share/catamaran/services/web.yml' };
const call = (words: string, host: MemoryHost) => dispatch(words.split(' '), host, systemCommands);

test('labels say which Docker has it, and what it comes after', () => {
  const services = inOrderOfStart(readDefinition(memoryHost(files), definition));
  expect(services.map(({ name, docker }) => [name, docker])).toEqual([
    ['early', 'system-docker'],
    ['disk', 'docker'],
    ['page', 'system-docker'],
  ]);
});

test('in a circle they come as they stand', () => {
  const round =
    'services: {a: {image: x, labels: {catamaran.after: b}}, b: {image: x, labels: {catamaran.after: a}}}';
  const services = readDefinition(memoryHost({ [definition.path]: round }), definition);
  expect(inOrderOfStart(services).map(({ name }) => name)).toEqual(['b', 'a']);
});

test('a container that is as it should be is started, another one made anew', () => {
  const runs = (label: string) => {
    const host: MemoryHost = memoryHost(files, (command) =>
      command.includes('inspect') ? { status: label ? 0 : 1, output: label } : undefined,
    );
    expect(call('service up web', host)).toBe(0);
    return host.calls.filter((line) => / (run|start) /.test(line));
  };
  const made = runs('');
  expect(
    made.map((line) => line.replace(/^docker -H unix:\/\/\/run\/(\S+)\.sock run .*--name (\S+) .*/, '$1 $2')),
  ).toEqual(['system-docker early', 'docker disk', 'system-docker page']);
  const [, digest] = /user-data=(\w+)/.exec(made[0]!)!;
  const again = runs(digest!);
  expect(again[0]).toBe('docker -H unix:///run/system-docker.sock start early');
  expect(again[1]).toContain('--name disk');
});

test('a person’s file takes the place of the image’s of that name, once it can be read', () => {
  const host = memoryHost({
    ...files,
    '/home/web.yml': 'services: {page: {image: "nginx:2"}}\n',
    '/home/bad.yml': 'services: {page: {immage: "nginx:2"}}\n',
  });
  expect(call('service enable /home/bad.yml', host)).toBe(2);
  expect(host.printed.join('\n')).toContain('/home/bad.yml:1: services.page.immage is no key');
  expect(call('service enable /home/web.yml', host)).toBe(0);
  expect(host.files.get('/etc/catamaran/services/web.yml.new')).toContain('nginx:2');
  expect(host.files.get('/etc/catamaran/system.conf.new')).toBe('service.web: true\n');
  expect(call('service up nosuch', host)).toBe(2);
  expect(host.printed.join('\n')).toContain('there is no service "nosuch"; there are web');
});
