// A service is taken back to a version that its release keeps: what is on record, what lies where, and what happens to one that
// does not come up. On machines it is in test/boot/styles/snappy.ts.
import { expect, test } from 'vitest';
import { layReverted } from '../../../src/agent/kept/place.ts';
import { revertedPath } from '../../../src/agent/kept/records.ts';
import { writeSegments } from '../../../src/contract/segments.ts';
import { type MemoryHost, memoryHost } from '../memory-host.ts';
import { runCommand } from '../run-command.ts';

const digest = (letter: string) => letter.repeat(64);
const web = '/containers/services/web';

interface Machine {
  readonly host: MemoryHost;
  /** Versions whose process ends at once. */
  readonly broken: Set<string>;
  agent(...words: string[]): { status: number; said: string };
  /** The digest of what runs. */
  runs(): string | undefined;
}

/** `kept`: of the service web, whose own segment is `own`. Mounts are what the agent asks for. */
function machine({ own = 'c', kept = ['b', 'a'], files = {} as Record<string, string> } = {}): Machine {
  const places = [web, ...kept.map((_, index) => `/containers/kept/web/${index + 1}`)];
  const digests = [own, ...kept];
  const index = digests.map((letter, at) => ({
    size: 4096,
    sha256: digest(letter),
    mountPoints: [`${places[at]}/lower`],
  }));
  const broken = new Set<string>();
  let laid: string | undefined;
  let pid = 100;
  const runs = () => digests[places.indexOf(laid ?? web)];
  const host = memoryHost(
    {
      '/usr/lib/catamaran/init': 'runit\n',
      '/usr/lib/catamaran/segments': writeSegments(index),
      ...Object.fromEntries(places.map((place) => [`${place}/catamaran.json`, '{"order": 0}'])),
      ...Object.fromEntries(kept.map((letter, at) => [`${places[at + 1]}/release`, `1.${letter}\n`])),
      '/proc/self/mounts': '',
      '/run/service/web/state': 'running\n',
      '/run/service/web/main': String(pid),
      ...files,
    },
    (command) => {
      const [program, word, option] = command;
      if (program === 'mount' && option === 'rbind') laid = command[3];
      if (program === 'umount') laid = undefined;
      host.files.set('/proc/self/mounts', laid ? `/dev/mapper/base ${web} squashfs ro 0 0\n` : '');
      if (program === 'sv' && word === 'up') {
        pid += 1;
        host.files.set('/run/service/web/main', String(pid));
        host.files.set('/run/service/web/state', broken.has(runs()!) ? 'ended 1\n' : 'running\n');
      }
      // As the programs that keep a record do.
      if (program === 'mv') {
        host.files.set(command.at(-1)!, host.files.get(command.at(-2)!)!);
        host.files.delete(command.at(-2)!);
      }
      return undefined;
    },
  );
  return {
    host,
    broken,
    runs,
    agent(...words) {
      const before = host.printed.length;
      const status = runCommand(words, host);
      return { status, said: host.printed.slice(before).join('\n') };
    },
  };
}

/** The same release, started anew. */
const rebooted = ({ host }: Machine, changes: Parameters<typeof machine>[0] = {}) =>
  machine({ ...changes, files: { [revertedPath]: host.readText(revertedPath)!, ...changes.files } });

test('one version back, one more, no further, and to the release’s own', () => {
  const { agent, runs, host } = machine();
  expect(agent('revert', 'web')).toEqual({ status: 0, said: 'web runs as in 1.b' });
  expect(runs()).toBe('b');
  expect(agent('revert', 'web')).toEqual({ status: 0, said: 'web runs as in 1.a' });
  expect(runs()).toBe('a');
  expect(agent('revert', 'web')).toMatchObject({ status: 2, said: expect.stringContaining('nothing older') });
  expect(agent('versions').said).toMatch(/^web +1\.a \(aaaaaaaa\) +1\.b \(bbbbbbbb\), 1\.a \(aaaaaaaa\)$/m);
  expect(host.readText('/run/catamaran/notices/reverted-web')).toContain('web runs as in 1.a');
  expect(agent('revert', 'web', '--undo').status).toBe(0);
  expect(runs()).toBe('c');
  expect(host.readText('/run/catamaran/notices/reverted-web')).toBeUndefined();
  expect(agent('revert', 'web', '--undo').status).toBe(2);
});

test('what is laid over a service is stopped and cleared before, and private, so that it stays where it is kept', () => {
  const { agent, host } = machine({ files: { '/run/catamaran/bundles/services/web': '' } });
  agent('revert', 'web');
  const asked = host.calls.filter((call) => /^(sv|mount|umount)/.test(call));
  expect(asked).toEqual([
    'sv -w 10 force-stop /run/service/web',
    'sv -w 10 stop /run/service/web',
    `mount -o rbind /containers/kept/web/1 ${web}`,
    `mount --make-rprivate ${web}`,
    'sv up /run/service/web',
  ]);
});

test('one that does not come up gives way to what ran, and is not on record', () => {
  const { agent, runs, broken, host } = machine();
  broken.add('b');
  const { status, said } = agent('revert', 'web');
  expect({ status, said }).toEqual({
    status: 6,
    said: expect.stringContaining('as in 1.b does not come up, and runs again as this release has it'),
  });
  expect(runs()).toBe('c');
  expect(host.readText(revertedPath)).toBeUndefined();
});

test('a version by its release, past one that does not come up', () => {
  const { agent, runs, broken } = machine();
  broken.add('b');
  expect(agent('revert', 'web', '1.a')).toEqual({ status: 0, said: 'web runs as in 1.a' });
  expect(runs()).toBe('a');
  expect(agent('revert', 'web', '1.x')).toMatchObject({
    status: 2,
    said: expect.stringContaining('nothing of 1.x is kept'),
  });
  expect(agent('revert', 'web', '1.a').status).toBe(2);
});

test('it lasts over boots, but not over a safe one', () => {
  const before = machine();
  before.agent('revert', 'web');
  const after = rebooted(before);
  layReverted(after.host);
  expect(after.runs()).toBe('b');
  expect(after.agent('versions').said).toContain('1.b (bbbbbbbb)');
  const safe = rebooted(before, { files: { '/run/catamaran/safe': '' } });
  layReverted(safe.host);
  expect(safe.runs()).toBe('c');
});

test.each([
  ['has a newer version of the service', { own: 'd', kept: ['c', 'b'] }, 'd'],
  ['no longer keeps what was taken', { own: 'c', kept: ['a'] }, 'c'],
  ['has both, in other places', { own: 'c', kept: ['e', 'b'] }, 'b'],
])('a release that %s', (_, changes, expected) => {
  const before = machine();
  before.agent('revert', 'web');
  const after = rebooted(before, changes);
  layReverted(after.host);
  expect(after.runs()).toBe(expected);
});

test('a damaged record is none', () => {
  const { host, runs } = machine({ files: { [revertedPath]: '[{"service": ' } });
  layReverted(host);
  expect(runs()).toBe('c');
});
