// `catamaran release`, from the command line to what people and programs read.
import { generateKeyPairSync } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseArguments } from '../../src/cli/parse.ts';
import { writeSlot } from '../release/support/images.ts';
import { temporaryDirectory } from '../release/support/workplace.ts';
import { catamaran, fakeIo } from './fake-io.ts';

const start = Date.UTC(2027, 0, 1);
const day = 86_400_000;

async function openShell() {
  const cwd = await temporaryDirectory();
  const run = async (line: string, now = start) => {
    const answer = await catamaran(['release', ...line.split(' ')], { cwd, now: () => now });
    return { ...answer, text: answer.stdout + answer.stderr };
  };
  return { cwd, run };
}

const maskHashes = (text: string) => text.replaceAll(/[0-9a-f]{64}/g, 'HASH');

test('from init to a rollback, as the page for newcomers has it', async () => {
  const { cwd, run } = await openShell();
  for (const version of ['1.0.0', '1.1.0']) await writeSlot(join(cwd, version), { version });
  const lines = [
    'init --os lighthouse --channel alpha --channel stable:2/3',
    'add 1.0.0 --channel alpha',
    'promote 1.0.0 --from alpha --to stable',
    'add 1.1.0 --epoch 1 --min-from 1.0.0',
    'promote 1.1.0 --to alpha',
    'promote 1.1.0 --from alpha --to stable --curve 0:1%,1d:20%,3d:100%',
    'pause --channel stable',
    'rollout 1.1.0 --channel stable --curve 0:50%,1d:100%',
    'halt --channel stable',
    'status',
    'verify',
    'rotate-key online online-2',
    'refresh',
    'gc --keep 1',
  ];
  let transcript = '';
  for (const line of lines) {
    const { code, text } = await run(line);
    expect([line, code, code === 0 ? '' : text]).toEqual([line, 0, '']);
    transcript += `$ catamaran release ${line}\n${text}\n`;
  }
  await expect(maskHashes(transcript.replaceAll(cwd, 'HERE'))).toMatchFileSnapshot('goldens/release.txt');
});

test('two people, two directories of keys', async () => {
  const { cwd, run } = await openShell();
  await writeSlot(join(cwd, 'images'), { version: '1.0.0' });
  await run('init --os lighthouse --channel stable:2/2');
  await run('add images');
  await mkdir(join(cwd, 'bob'));
  await rename(join(cwd, 'keys/stable-2.pem'), join(cwd, 'bob/stable-2.pem'));
  const refused = await run('promote 1.0.0 --to stable');
  expect(refused.code).toBe(2);
  expect(refused.stderr).toMatch(
    /stable has 1 of 2 signatures; stable-2 could sign \[release-signatures-missing\]\n {2}hint: .*--sign-later/,
  );
  const waiting = await run('promote 1.0.0 --to stable --sign-later');
  expect(waiting.code).toBe(0);
  expect(waiting.stdout).toContain('release/.publisher/pending/stable.json');
  expect((await run('status')).stdout).toMatch(/WAITS +VERSION +SIGNATURES\nstable +2 +1\n/);
  const signed = await run('sign release/.publisher/pending/stable.json --keys bob');
  expect(signed.stdout).toBe('release/.publisher/pending/stable.json: signed by stable-2\n');
  const published = await run('sign');
  expect(published.stdout).toBe('published: stable signed\n');
  expect(maskHashes(published.stderr)).toBe(
    'stable, version 2: channel-stable-amd64.json is 1.0.0, 0:100%, manifest sha256:HASH\n',
  );
  expect((await run('status')).stdout).toMatch(/stable +amd64 +1\.0\.0 +all machines/);
});

test('for programs: one result, with everything in it', async () => {
  const { cwd, run } = await openShell();
  await writeSlot(join(cwd, 'images'), { version: '1.0.0' });
  await run('init --os lighthouse');
  await run('add images --channel beta');
  const { stdout } = await run('status --json');
  const { command, result } = JSON.parse(stdout);
  expect(command).toBe('release status');
  expect(result.channels[1]).toEqual({
    channel: 'beta',
    arch: 'amd64',
    version: '1.0.0',
    share: 1,
    halted: false,
    rollback: false,
    floorEpoch: 0,
  });
  expect(result.roles.map(({ role }: { role: string }) => role)).toContain('beta');
});

test('signatures that run out are warned of, then fail verify, then are renewed', async () => {
  const { run } = await openShell();
  await run('init --os lighthouse --expire timestamp=10');
  expect((await run('status', start + 5 * day)).stderr).toBe('');
  const soon = await run('status', start + 8 * day);
  expect(soon.stderr).toContain('warning: timestamp expires at 2027-01-11 00:00 UTC');
  const late = await run('verify', start + 11 * day);
  expect(late.code).toBe(5);
  expect(late.stderr).toContain('timestamp.json expired at 2027-01-11T00:00:00Z');
  await run('refresh', start + 11 * day);
  expect((await run('verify', start + 11 * day)).code).toBe(0);
});

test('cron’s refresh warns of the roles that it cannot renew', async () => {
  const { run } = await openShell();
  await run('init --os lighthouse --expire channel=10');
  const early = await run('refresh', start + 5 * day);
  expect(early.stderr).toBe('');
  const soon = await run('refresh', start + 8 * day);
  expect(soon.stderr).toContain('warning: stable expires at 2027-01-11 00:00 UTC');
  expect(soon.stderr).toContain('catamaran release refresh stable');
  expect((await run('refresh', start + 11 * day)).stderr).toContain('stable expired at 2027-01-11 00:00 UTC');
});

test('an init whose keys are in two places', async () => {
  const { cwd, run } = await openShell();
  for (const directory of ['keys', 'bob']) await mkdir(join(cwd, directory));
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  await writeFile(join(cwd, 'bob/root-2.pem'), privateKey.export({ type: 'pkcs8', format: 'pem' }));
  await writeFile(join(cwd, 'keys/root-2.pem'), publicKey.export({ type: 'spki', format: 'pem' }));
  const init = 'init --os lighthouse --root 2/2 --channel alpha';
  const refused = await run(init);
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain('root has 1 of 2 signatures; root-2 could sign');
  const waiting = await run(`${init} --sign-later`);
  expect(waiting.stdout).toContain('root waits with 1 of 2 signatures; root-2 can sign');
  expect((await run('status')).stderr).toContain('It waits for signatures');
  expect((await run(init)).stderr).toContain('alpha has a version that waits for signatures');
  await run('sign release/.publisher/pending/root.json --keys bob');
  const published = await run('sign');
  expect(published.stderr).toContain('root, version 1: keys change');
  expect(published.stdout).toBe('published: alpha, releases, root, targets signed\n');
  expect((await run('verify')).stdout).toContain('sound: 6 roles');
});

test.each([
  ['status --repo /dev/null', 6, 'cannot read /dev/null/.publisher/config.json'],
  ['status --keys /dev/null', 6, 'cannot read /dev/null'],
  ['add 1.0 --set version', 2, 'It must be NAME=VALUE'],
  ['promote 1.0 --to stable --curve 1d:1%,0:2%', 2, 'its times do not rise'],
  ['promote 1.0 --to stable --curve 0:101%', 2, '101% is more than all'],
  ['promote 1.0 --to stable --curve soon', 2, '"soon" is not TIME:SHARE%'],
  ['rollout 1.0 --channel stable', 2, "required option '--curve <points>'"],
  ['status', 2, 'is no repository of releases'],
  ['init --os Light', 2, 'an OS cannot be called "Light"'],
  ['init --os x --channel Stable', 2, 'a channel cannot be called "Stable"'],
  ['init --os x --channel root', 2, 'a channel cannot be called "root"'],
  [
    'init --os x --channel lts --channel lts-2026',
    2,
    'whoever signs for the channel lts could sign for lts-2026 too',
  ],
  ['init --os x --channel stable:3/2', 2, 'It must be T/N'],
  ['init --os x --expire nobody=3', 2, 'It must be ROLE=DAYS'],
  ['promote 1.0 --to stable --curve 0:1%,1d:0%', 2, 'its shares fall'],
  ['promote ../1 --to stable', 2, 'It must be letters'],
  ['gc --keep 0', 2, 'from 1 to 10000'],
])('%s', async (line, code, message) => {
  const { run } = await openShell();
  const answer = await run(line);
  expect(answer.code).toBe(code);
  expect(answer.stderr).toContain(message);
});

test('a second init leaves the first one alone', async () => {
  const { run } = await openShell();
  expect((await run('init --os lighthouse')).code).toBe(0);
  const again = await run('init --os lighthouse');
  expect(again.code).toBe(2);
  expect(again.stderr).toContain('there is a repository in');
  expect((await run('verify')).code).toBe(0);
});

test('what cannot be released is refused with its reason', async () => {
  const { cwd, run } = await openShell();
  await run('init --os lighthouse');
  expect((await run('add nowhere')).stderr).toContain('nowhere does not exist');
  await mkdir(join(cwd, 'empty'));
  expect((await run('add empty')).stderr).toContain(
    'manifest.json cannot be released: there is no such file',
  );
  await writeSlot(join(cwd, 'good'), { version: '1.0' });
  await writeSlot(join(cwd, 'other'), { version: '1.0', blocks: 100 });
  await writeSlot(join(cwd, 'foreign'), { version: '1.0', os: 'submarine' });
  await writeSlot(join(cwd, 'arm'), { version: '1.0', arch: 'arm64' });
  expect((await run('add good other')).stderr).toContain('nothing can be merged with it');
  expect((await run('add good --set a=b')).stderr).toContain('--set has nothing to set in it');
  expect((await run('add good')).code).toBe(0);
  expect(await run('add good')).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('nothing has changed'),
  });
  expect((await run('add other')).stderr).toContain(
    'added already with another content; a version never changes',
  );
  expect((await run('add foreign')).stderr).toContain(
    'this is a release of submarine, and the repository is lighthouse’s',
  );
  expect((await run('add arm')).code).toBe(0);
  expect((await run('promote 1.0 --to beta')).stdout).toContain('beta arm64 → 1.0: all machines');
});

test('every command on the page for newcomers is one', async () => {
  const page = await readFile(new URL('../../docs/releases.md', import.meta.url), 'utf8');
  const inBlocks = [...page.matchAll(/^```sh\n(.*?)^```/gms)].flatMap((match) => match[1]!.split('\n'));
  const commands = inBlocks.filter((line) => line.startsWith('catamaran '));
  expect(commands.length).toBeGreaterThan(10);
  for (const command of commands) {
    const words = [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!);
    const parsed = await parseArguments(words.slice(1), fakeIo());
    expect(parsed?.name).toBe(words.slice(1, 3).join(' '));
  }
});
