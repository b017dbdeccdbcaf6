// `catamaran-agent etc` on real directories: what it tells of those that merge-etc (test/components) has on record, and how a
// person settles it. A removed file is a device of overlayfs, which only root can make: test/boot/update.test.ts has that.
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Host } from '../../../src/agent/host/host.ts';
import { memoryHost } from '../memory-host.ts';
import { runCommand } from '../run-command.ts';

let directory: string;
let printed: string[];
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'catamaran-etc-'));
  printed = [];
  image('profile', 'new\n');
  image('motd', 'hello\n');
  image('ssh/config', 'port 22\n');
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** What a machine has at `/`, below a directory of this test. */
const at = (path: string) => join(directory, path);
const write = (path: string, text: string) => {
  mkdirSync(dirname(at(path)), { recursive: true });
  writeFileSync(at(path), text);
};
const image = (path: string, text: string) => {
  write(`run/catamaran/etc.image/${path}`, text);
  if (!existsSync(at(`etc/${path}`))) write(`etc/${path}`, text);
};
/** As an overlay has it: in the upper directory, and seen in /etc. */
const person = (path: string, text: string) => {
  write(`var/lib/etc/${path}`, text);
  write(`etc/${path}`, text);
};
const read = (path: string) => (existsSync(at(path)) ? readFileSync(at(path), 'utf8') : undefined);

/** Programs run for real, and see the directory of this test as the machine's. */
function host(): Host {
  const move = (word: string) => (/^\/(run|etc|var)\//.test(word) || word === '/etc' ? at(word) : word);
  const run: Host['run'] = ([program, ...words]) => {
    const { status, stdout, stderr } = spawnSync(program, words.map(move), { encoding: 'utf8' });
    return { status: status ?? 128, output: `${stdout}${stderr}`.replaceAll(directory, '') };
  };
  return {
    ...memoryHost(),
    readText: read,
    listDirectory: (path) => (existsSync(at(path)) ? readdirSync(at(path)).sort() : undefined),
    writeFile: (path, content) => write(path, String(content)),
    removeFile: (path) => rmSync(at(path)),
    run,
    show: (command) => {
      const { status, output } = run(command);
      printed.push(output);
      return status;
    },
    print: (line) => void printed.push(line),
  };
}
const etc = (...words: string[]) => runCommand(['etc', ...words], host());

const record = 'none - - ./fresh\n644 0:0 abc ./profile\nend\n';
const notice = () => read('run/catamaran/notices/etc');

test('status tells what was changed here, and where the image has changed as well', () => {
  person('profile', 'mine\n');
  person('ssh/config', 'port 1\n');
  person('own', 'x\n');
  person('motd', 'hello\n');
  write('var/lib/etc.both', record);
  expect(etc('status')).toBe(0);
  expect(printed).toEqual([
    'changed  /etc/profile, and in the image since: etc diff shows it, etc accept or etc reset settles it',
    'changed  /etc/ssh/config',
    'added    /etc/own',
  ]);
  printed = [];
  etc('status', '--json');
  expect(JSON.parse(printed[0]!)).toEqual({
    changes: [
      { path: 'own', kind: 'added' },
      { path: 'profile', kind: 'both' },
      { path: 'ssh/config', kind: 'changed' },
    ],
  });
});

test('an /etc that nobody has touched, and one in memory', () => {
  etc('status');
  expect(printed).toEqual(["/etc is the image's own"]);
  write('run/catamaran/etc/own', 'x');
  etc('status');
  expect(printed[1]).toBe('added    /etc/own');
});

test('diff goes from the image to the person', () => {
  person('profile', 'mine\n');
  person('ssh/config', 'port 1\n');
  write('var/lib/etc.both', record);
  etc('diff');
  expect(printed.join('')).toMatch(/-new\n\+mine/);
  expect(printed.join('')).not.toContain('port');
  etc('diff', '/etc/ssh');
  expect(printed.join('')).toMatch(/-port 22\n\+port 1/);
});

test('accept: it is reported no more, and stays', () => {
  person('profile', 'mine\n');
  person('fresh', 'mine\n');
  image('fresh', 'theirs\n');
  write('var/lib/etc.both', record);
  expect(etc('accept', '/etc/profile')).toBe(0);
  expect([read('var/lib/etc.both'), read('etc/profile')]).toEqual(['none - - ./fresh\nend\n', 'mine\n']);
  expect(notice()).toBe(
    'changed here and in the image, yours is in force: /etc/fresh; see catamaran-agent etc diff\n',
  );
  expect(etc('accept', 'fresh')).toBe(0);
  expect([read('var/lib/etc.both'), notice()]).toEqual(['end\n', undefined]);
});

test('reset: the image’s own is there at once, with its mode, and what it does not have is gone', () => {
  person('profile', 'mine\n');
  person('dir/own', 'x\n');
  write('var/lib/etc.both', record);
  spawnSync('chmod', ['0640', at('run/catamaran/etc.image/profile')]);
  expect(etc('reset', '/etc/profile', 'dir/')).toBe(0);
  expect([read('etc/profile'), read('etc/dir/own')]).toEqual(['new\n', undefined]);
  expect(statSync(at('etc/profile')).mode & 0o777).toBe(0o640);
  expect(read('var/lib/etc.both')).not.toContain('profile');
});

test('a path that names no change is refused, and nothing is done', () => {
  person('profile', 'mine\n');
  expect(etc('reset', '/etc/profile', '/etc/nope')).toBe(2);
  expect([printed[0], read('etc/profile')]).toEqual([
    'catamaran-agent etc reset /etc/profile /etc/nope: /etc/nope is as the image has it',
    'mine\n',
  ]);
  expect([etc('accept'), etc('reset'), etc('reset', '../var'), etc('status', 'x')]).toEqual([2, 2, 2, 2]);
});

test('names with spaces and the like', () => {
  const names = ['$(touch x)', '-n', 'a b', "quo'te"];
  for (const name of names) person(name, 'x');
  etc('status');
  expect(printed).toEqual(names.map((name) => `added    /etc/${name}`));
});
