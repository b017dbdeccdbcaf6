// What another image brings to /etc, by the initrd's script on directories: what nobody changed is the new image's, what a
// person changed stays, and where both did it is on record. Overlayfs's whiteouts are devices, which need root to be made.
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

const script = join(import.meta.dirname, '../../components/initrd/rootfs/usr/lib/catamaran/merge-etc');
type Files = Readonly<Record<string, string>>;

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'catamaran-merge-'));
  mkdirSync(join(directory, 'var/lib/etc'), { recursive: true });
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const place = (path: string) => join(directory, 'var/lib/etc', path);
function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
const person = (path: string, text: string) => write(place(path), text);
/** What the person sees: of the upper directory, then of the image. */
const seen = (path: string) =>
  [place(path), join(directory, 'etc', path)].filter(existsSync).map((file) => readFileSync(file, 'utf8'))[0];
const both = () =>
  readFileSync(join(directory, 'var/lib/etc.both'), 'utf8')
    .split('\n')
    .flatMap((line) => /^\S+ \S+ \S+ \.\/(.*)$/.exec(line)?.[1] ?? []);

/** A boot of an image; `stop`: the power goes before this command, when it has been run `after` times. */
function boot(hash: string, image: Files, { stop = '', after = 0 } = {}): void {
  rmSync(join(directory, 'etc'), { recursive: true, force: true });
  mkdirSync(join(directory, 'etc'));
  for (const [path, text] of Object.entries(image)) write(join(directory, 'etc', path), text);
  const lines = [
    'root=$1 upper=$1/var/lib/etc root_hash=$2 count=0',
    readFileSync(script, 'utf8').replaceAll('2>/dev/null', ''),
    ...(stop === ''
      ? []
      : [
          `${stop}() { count=$((count + 1)); [ $count -le ${after} ] || kill -KILL $$; command ${stop} "$@"; }`,
        ]),
    'merge_etc',
  ];
  const { stderr } = spawnSync('sh', ['-c', lines.join('\n'), 'sh', directory, hash], { encoding: 'utf8' });
  expect(stderr).toBe('');
}

const first: Files = { profile: 'one', motd: 'hello', 'ssh/config': 'port 22', hosts: 'local' };
const second: Files = { ...first, profile: 'two', 'ssh/config': 'port 2222', fresh: 'new' };

test('what nobody changed is the new image’s, though somebody has touched it', () => {
  boot('a', first);
  person('profile', 'one');
  boot('a', first);
  expect(existsSync(place('profile'))).toBe(true);
  boot('b', second);
  expect([seen('profile'), seen('fresh'), both()]).toEqual(['two', 'new', []]);
  expect(existsSync(place('profile'))).toBe(false);
});

test('the first boot of all is on record, when the data partition is empty', () => {
  rmSync(join(directory, 'var'), { recursive: true });
  boot('a', first);
  mkdirSync(join(directory, 'var/lib/etc'));
  person('profile', 'one');
  boot('b', second);
  expect([seen('profile'), both()]).toEqual(['two', []]);
});

test('what the person changed stays; where the image has changed as well it is on record', () => {
  boot('a', first);
  person('profile', 'mine');
  person('motd', 'mine too');
  person('own', 'x');
  boot('b', second);
  expect([seen('profile'), seen('motd'), seen('own'), both()]).toEqual([
    'mine',
    'mine too',
    'x',
    ['profile'],
  ]);
  // It stays so with the next image, and is no more when the image is the first again.
  boot('c', { ...second, motd: 'bye' });
  expect(both().sort()).toEqual(['motd', 'profile']);
  boot('a', first);
  expect([seen('profile'), both()]).toEqual(['mine', []]);
});

test('a mode and a link are changes too', () => {
  boot('a', first);
  person('motd', 'hello');
  chmodSync(place('motd'), 0o600);
  symlinkSync('elsewhere', place('profile'));
  boot('b', { ...second, motd: 'bye' });
  expect(both().sort()).toEqual(['motd', 'profile']);
  expect(readFileSync(place('motd'), 'utf8')).toBe('hello');
});

test('what the image no longer has goes with it, unless the person changed it', () => {
  boot('a', first);
  person('profile', 'one');
  person('motd', 'mine');
  boot('b', { hosts: 'local' });
  expect([existsSync(place('profile')), seen('motd'), both()]).toEqual([false, 'mine', ['motd']]);
});

test('what both have added is the person’s', () => {
  boot('a', first);
  person('fresh', 'mine');
  boot('b', second);
  expect([seen('fresh'), both()]).toEqual(['mine', ['fresh']]);
});

test('a change that the image makes as well is not lost when that image is given up', () => {
  boot('a', first);
  person('profile', 'two');
  boot('b', second);
  boot('a', first);
  expect(seen('profile')).toBe('two');
});

test('names with spaces, backslashes, brackets and the like, and a line’s end', () => {
  const names = ['a b', 'back\\slash', '[x]*', '-n', "quo'te", 'x ./profile'];
  const image = Object.fromEntries(names.map((name) => [name, 'old']));
  boot('a', { ...first, ...image });
  for (const name of names) person(name, 'old');
  person('two\nlines', 'x');
  person('x\n./motd', 'x');
  person('motd', 'mine');
  boot('b', { ...first, ...Object.fromEntries(names.map((name) => [name, 'new'])) });
  expect(names.map(seen)).toEqual(names.map(() => 'new'));
  expect([seen('two\nlines'), seen('motd')]).toEqual(['x', 'mine']);
});

test('without a record nothing is taken away', () => {
  person('profile', 'one');
  boot('b', second);
  expect(seen('profile')).toBe('one');
});

test.each(['sync', 'mv', 'tail'])('the power may go before any %s', (stop) => {
  boot('a', first);
  for (const name of ['profile', 'hosts']) person(name, first[name]!);
  person('ssh/config', 'port 1');
  for (let after = 0; after < 3; after++) boot('b', second, { stop, after });
  boot('b', second);
  expect([seen('profile'), seen('hosts'), seen('ssh/config'), both()]).toEqual([
    'two',
    'local',
    'port 1',
    ['ssh/config'],
  ]);
});
