// The mistakes that people make in their first hour: each error says where, what and what to write instead, and nothing
// else is said beside it.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { catamaran } from './fake-io.ts';

let cwd: string;
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'catamaran-mistakes-'));
  for (const [path, text] of Object.entries({
    'df/Dockerfile': 'FROM scratch\n',
    'wrong/component.yml': 'summary: s\nname: x\ncommand: [x]\n',
    'silent/component.yml': 'packages: [busybox]\n',
  })) {
    await mkdir(dirname(join(cwd, path)), { recursive: true });
    await writeFile(join(cwd, path), text);
  }
});
afterAll(() => rm(cwd, { recursive: true }));

const head = `os: {id: x, version: 1.0.0}
kernel: {image: component:kernel}
init: [component:init, component:crun, component:agent]
`;
const key = 'files: [{path: etc/ssh/authorized_keys.d/root, contents: k, mode: "0644"}]\n';
const services = (...entries: string[]) =>
  `${head}${key}services:\n  - {name: sshd, image: component:sshd}\n${entries.map((entry) => `  - ${entry}\n`).join('')}`;
/** A service of its own line, the seventh. */
const web = (more: string) => services(`{name: web, image: component:sysctl, ${more}}`);

/** What is wrong; the file; the place; the cause; the remedy. */
const mistakes: readonly (readonly [string, string, string, string, string])[] = [
  ['a brace that is not closed', services('{name: web'), '7:5', '"}" is missing', 'Close what "{" opened'],
  [
    'a tab',
    services().replace('  - {name: sshd', '\t- {name: sshd'),
    '6:1',
    'a tab indents',
    'Indent by spaces',
  ],
  [
    'a section misspelt',
    `${head}servises: []\n`,
    '4:1',
    'unknown key "servises"',
    'Did you mean "services"?',
  ],
  [
    'a component misspelt',
    services('{name: dhcp, image: component:dhpc}'),
    '7:25',
    'no component "dhpc"',
    '"dhcp"',
  ],
  [
    'a name twice',
    services('{name: sshd, image: component:sshd}'),
    '7:12',
    'two services are named "sshd"',
    'another name',
  ],
  ['a capability without CAP_', web('capabilities: [NET_ADMIN]'), '7:', 'NET_ADMIN', 'CAP_NET_ADMIN'],
  ['a capability misspelt', web('capabilities: [CAP_NETADMIN]'), '7:', 'CAP_NETADMIN', 'CAP_NET_ADMIN'],
  ['a mode', `${head}files: [{path: a, contents: b, mode: "0999"}]\n`, '4:', '"0999"', '0644'],
  ['a size', `${head}disk: {data: big}\n`, '4:14', '"big"', '512M'],
  ['a source that is not there', `${head}files: [{path: a, source: nope, mode: "0644"}]\n`, '4:', 'nope', ''],
  ['no image', services('{name: web}'), '7:', 'has no "image"', 'component:NAME, ./DIRECTORY'],
  [
    'services that wait for each other',
    services(
      '{name: a, image: component:dhcp, depends_on: [b]}',
      '{name: b, image: component:sysctl, depends_on: [a]}',
    ),
    '8:',
    'a → b → a',
    'Remove one',
  ],
  [
    'a mapping of services',
    `${head}services:\n  web: {image: component:sysctl}\n`,
    '5:3',
    'must be a list',
    'Begin each item with "- "',
  ],
  [
    'a channel',
    `${head.replace('agent]', 'agent, component:updater]')}update: {url: "https://u.example.org", channel: Prod!, root: df/Dockerfile}\n`,
    '4:',
    '"Prod!"',
    'stable',
  ],
  [
    'an address without http',
    web('health: {http: "localhost:80"}'),
    '7:',
    'must be an http:// or https:// address',
    'http://127.0.0.1',
  ],
  [
    'a command as a text',
    web('command: "nginx -g daemon"'),
    '7:',
    'must be a list',
    'Write [nginx, -g, daemon].',
  ],
  [
    'a shell’s command as a text',
    web('command: "sh -c foo"'),
    '7:',
    'must be a list',
    'Write [sh, -c, foo].',
  ],
  ['env as a mapping', web('env: {A: b}'), '7:', 'must be a list, not a mapping', 'Write [A=b].'],
  ['ports', web('ports: ["80:80"]'), '7:', 'unknown key "ports"', 'network'],
  ['environment', web('environment: [A=b]'), '7:', 'unknown key "environment"', 'Write env'],
  ['volumes of a service', web('volumes: ["a:/b"]'), '7:', 'unknown key "volumes"', 'Write binds'],
  ['privileged', web('privileged: true'), '7:', 'unknown key "privileged"', 'capabilities: [all]'],
  ['a Dockerfile', services('{name: web, image: ./df}'), '7:', 'there is no df/component.yml', 'docker save'],
  [
    'an archive that is not there',
    services('{name: web, image: "docker-archive:x.tar"}'),
    '7:',
    'there is no x.tar',
    'docker save',
  ],
  [
    'two runtimes',
    services().replace('crun,', 'crun, component:runc,'),
    '3:',
    'a second container runtime',
    'Choose one',
  ],
  [
    'no runtime',
    services().replace('component:crun, ', ''),
    '3:',
    'no container can run',
    'Add component:crun',
  ],
  [
    'no init',
    services().replace('component:init, ', ''),
    '3:',
    'nothing starts the containers',
    'Add component:init',
  ],
  [
    'the updater as a service',
    services('{name: up, image: component:updater}'),
    '7:',
    'part of the system itself',
    'init: [component:updater]',
  ],
  [
    'an update without the updater',
    `${services()}update: {url: "https://u.example.org", root: df/Dockerfile}\n`,
    '7:',
    'never updates itself',
    'Add component:updater',
  ],
  [
    'junk in platforms',
    `${services()}platforms: {vsphere: {nonsense: 42}}\n`,
    '7:',
    'unknown key "nonsense"',
    'firmware, cmdline and console',
  ],
];

test.each(mistakes)('%s', async (_what, text, place, cause, remedy) => {
  await writeFile(join(cwd, 'server.yml'), text);
  const { code, stderr } = await catamaran(['check', 'server.yml'], { cwd });
  expect(code).toBe(3);
  expect(stderr.match(/: error: /g)).toHaveLength(1);
  const [, at, message] = /^server\.yml:(\d+:\d+): error: (.*) \[[a-z-]+\]$/m.exec(stderr)!;
  expect(at).toMatch(new RegExp(`^${place}`));
  expect(message).toContain(cause);
  const hint = /^ {2}hint: (.*)$/m.exec(stderr)?.[1];
  expect(hint).toContain(remedy);
});

test.each([
  ['wrong', 'unknown key "name"', 'called as its directory is'],
  ['wrong', 'unknown key "command"', 'config: {entrypoint:'],
  ['silent', 'has no "summary"', 'in a line, what it is'],
])('a component.yml: %s: %s', async (directory, cause, remedy) => {
  for (const file of [directory, join(directory, 'component.yml')]) {
    const { code, stderr } = await catamaran(['check', `./${file}`], { cwd });
    expect(code).toBe(3);
    const at = stderr.indexOf(cause);
    expect(at).toBeGreaterThan(0);
    expect(stderr.slice(at)).toContain(remedy);
  }
});
