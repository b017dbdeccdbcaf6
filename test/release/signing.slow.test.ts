// Keys that are elsewhere: commands that sign, people who sign later, files that are carried; and publishers who get in
// each other's way.
import { execFile } from 'node:child_process';
import { createPublicKey } from 'node:crypto';
import { chmod, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { openTransport } from '../../src/net/http.ts';
import { proxiesOf } from '../../src/net/proxy.ts';
import { rotateKey } from '../../src/release/change/rotate-key.ts';
import { discardPending, signFile, signPending } from '../../src/release/change/sign.ts';
import { promote } from '../../src/release/channel/pointers.ts';
import { refreshRepository } from '../../src/release/refresh.ts';
import { openDisk } from '../../src/release/repository/disk.ts';
import type { SigningKey } from '../../src/release/repository/draft.ts';
import { withLock } from '../../src/release/repository/lock.ts';
import { createKey, readKeyring } from '../../src/release/signing/keyring.ts';
import { readRepositoryStatus } from '../../src/release/status.ts';
import { ownedName } from '../../src/store/owner.ts';
import { startProxy } from '../store/proxy-support.ts';
import { atOnce, codeOf, keyNamed, person } from './support/people.ts';
import {
  copyWorkplace,
  now,
  openWorkplace,
  serve,
  temporaryDirectory,
  versionAt,
  type Workplace,
} from './support/workplace.ts';

async function released(): Promise<Workplace> {
  const place = await openWorkplace();
  await place.add({ version: '1.0' });
  return place;
}

test('a key is a file that its owner alone can read, as openssl makes it', async () => {
  const directory = await temporaryDirectory();
  const key = await createKey(directory, 'mine');
  expect((await stat(join(directory, 'mine.pem'))).mode & 0o777).toBe(0o600);
  expect(await readFile(join(directory, 'mine.pem'), 'utf8')).toMatch(/^-----BEGIN PRIVATE KEY-----\n/);
  expect((await readKeyring(directory)).map(({ id }) => id)).toEqual([key.id]);
  await expect(createKey(directory, 'mine')).rejects.toThrow('EEXIST');
});

test.each([
  ['nonsense.pem', 'nonsense'],
  ['no-json.json', 'nonsense'],
  ['no-key.json', '{"public": "abc"}'],
  ['no-words.json', `{"public": "${'0'.repeat(64)}", "command": "sign"}`],
  ['null.json', 'null'],
])('%s is no key', async (file, text) => {
  const directory = await temporaryDirectory();
  await writeFile(join(directory, file), text);
  expect(await codeOf(readKeyring(directory))).toBe('release-key-malformed');
});

/** A command that signs with a private key of its own, and the keyring's file for it. */
async function installCommand(directory: string, key: SigningKey, pem: string, script = '') {
  const program = join(directory, `${key.name}.sh`);
  const secret = join(directory, `${key.name}.secret`);
  await writeFile(secret, pem, { mode: 0o600 });
  const lines = [
    'import { createPrivateKey, sign } from "node:crypto";',
    'import { readFileSync } from "node:fs";',
    script,
    `const key = createPrivateKey(readFileSync(${JSON.stringify(secret)}));`,
    'console.log(sign(null, readFileSync(0), key).toString("hex"));',
  ];
  await writeFile(`${program}.mjs`, lines.join('\n'));
  await writeFile(program, `#!/bin/sh\nexec ${process.execPath} ${program}.mjs "$@"\n`);
  await chmod(program, 0o755);
  await writeFile(
    join(directory, `${key.name}.json`),
    JSON.stringify({ public: key.public, command: [program, 'an argument'] }),
  );
}

test('a command signs: bytes on its standard input, hex on its standard output', async () => {
  const vault = await temporaryDirectory();
  const made = await createKey(vault, 'hsm');
  const pem = await readFile(join(vault, 'hsm.pem'), 'utf8');
  const place = await openWorkplace();
  await installCommand(place.keys, made, pem);
  await place.add({ version: '1.0' });
  const publisher = await place.publisher();
  const old = keyNamed(publisher, 'beta').id;
  const replacement = keyNamed(publisher, 'hsm');
  await rotateKey({ old, replacement }, publisher);
  await promote({ version: '1.0', to: 'beta', points: atOnce }, await person(place, 'hsm', 'online'));
  expect(await versionAt(place.repo, 'beta')).toBe('1.0');

  for (const script of ['process.exit(3);', 'console.log("00"); process.exit(0);', 'readFileSync = 1;']) {
    await installCommand(place.keys, made, pem, script);
    const work = refreshRepository(['beta'], await person(place, 'hsm', 'online'));
    expect(await codeOf(work)).toBe('release-signing-failed');
  }
});

test('a command that never ends is ended, with the children that keep its output open', async () => {
  const directory = await temporaryDirectory();
  const made = await createKey(await temporaryDirectory(), 'hsm');
  const child = join(directory, 'child');
  const scripts = {
    hangs: 'exec sleep 100000',
    // The shell waits for a child, which goes on to hold the pipe when the shell is gone.
    'has a child that hangs': `sleep 100000 & echo $! > ${child}; wait; exit 0`,
    'leaves a child behind': `sleep 100000 & echo $! > ${child}; echo rubbish`,
    'prints without end': 'exec yes',
    'does not read': 'exit 0',
  };
  for (const [name, script] of Object.entries(scripts)) {
    const command = ['sh', '-c', script];
    await writeFile(join(directory, 'hsm.json'), JSON.stringify({ public: made.public, command }));
    const [key] = await readKeyring(directory, { patience: 500 });
    expect([name, await codeOf(key!.sign!(Buffer.alloc(1 << 20)))]).toEqual([name, 'release-signing-failed']);
    if (script.includes(child)) process.kill(Number(await readFile(child, 'utf8')));
  }
  await writeFile(
    join(directory, 'hsm.json'),
    JSON.stringify({ public: made.public, command: [join(directory, 'nothing')] }),
  );
  const [key] = await readKeyring(directory);
  await expect(key!.sign!(Buffer.alloc(1))).rejects.toThrow(/signing command of key hsm failed: .*ENOENT/s);
});

test('a public key, as openssl prints it, stands for somebody else', async () => {
  const directory = await temporaryDirectory();
  const made = await createKey(directory, 'mine');
  const pem = createPublicKey(await readFile(join(directory, 'mine.pem'))).export({
    type: 'spki',
    format: 'pem',
  });
  await writeFile(join(directory, 'mine.pem'), pem);
  expect(await readKeyring(directory)).toEqual([{ name: 'mine', id: made.id, public: made.public }]);
  await writeFile(join(directory, 'mine.json'), JSON.stringify({ public: made.public }));
  expect(await codeOf(readKeyring(directory))).toBe('release-key-malformed');
});

test('a threshold of two people: one promotes, the other signs, and it is published', async () => {
  const place = await released();
  const request = { version: '1.0', to: 'stable', points: atOnce };
  const alice = await person(place, 'stable-1', 'online');
  expect(await codeOf(promote(request, alice))).toBe('release-signatures-missing');
  const { outcome } = await promote(request, { ...alice, signLater: true });
  expect(outcome).toMatchObject({ state: 'waiting', shortages: [{ role: 'stable', have: 1, need: 2 }] });
  expect(await versionAt(place.repo, 'stable')).toBeUndefined();
  expect((await readRepositoryStatus(place.repo, alice.disk, now)).pending).toEqual([
    { role: 'stable', version: 2, signatures: 1 },
  ]);

  // The same person once more is not enough; another command for that role has to wait.
  expect(await signPending(alice)).toMatchObject({ state: 'waiting' });
  expect(await codeOf(promote(request, await place.publisher()))).toBe('release-pending');
  await promote({ ...request, to: 'alpha' }, await place.publisher());

  // Bob has no online key: his signature makes it complete, and it waits for that one.
  expect(await signPending(await person(place, 'stable-3'))).toMatchObject({
    state: 'waiting',
    shortages: [{ role: 'snapshot' }, { role: 'timestamp' }],
  });
  expect(await signPending(await person(place, 'online'))).toMatchObject({ state: 'published' });
  expect(await versionAt(place.repo, 'stable')).toBe('1.0');
  expect(await codeOf(signPending(alice))).toBe('release-nothing-pending');
});

test('a file is carried to a machine without the repository, signed there, and brought back', async () => {
  const place = await released();
  const root = await person(place, 'root-1', 'online');
  await refreshRepository(['root'], { ...root, signLater: true });
  const path = join(place.repo, '.publisher/pending/root.json');
  const carried = await readFile(path);
  const keys = await readKeyring(place.keys);
  const offline = keys.filter(({ name }) => name === 'root-3');
  const { bytes, signed } = await signFile(carried, offline, 'root.json');
  expect(signed).toEqual(['root-3']);
  expect(await codeOf(signFile(carried, [], 'root.json'))).toBe('release-no-key');
  await writeFile(path, bytes);
  expect(await signPending(await person(place, 'online'))).toMatchObject({ state: 'published' });
  const status = await readRepositoryStatus(place.repo, root.disk, now);
  expect(status.roles.find(({ role }) => role === 'root')!.version).toBe(2);
});

test('a signature that was forged on the way does not count', async () => {
  const place = await released();
  const alice = { ...(await person(place, 'stable-1', 'online')), signLater: true };
  await promote({ version: '1.0', to: 'stable', points: atOnce }, alice);
  const path = join(place.repo, '.publisher/pending/stable.json');
  const draft = JSON.parse(await readFile(path, 'utf8'));
  for (const slot of draft.signatures) if (slot.sig === '') slot.sig = 'ab'.repeat(64);
  await writeFile(path, JSON.stringify(draft));
  expect(await signPending(alice)).toMatchObject({ state: 'waiting' });
  expect(await versionAt(place.repo, 'stable')).toBeUndefined();
});

test('what waits is dropped, and what is out of date is refused', async () => {
  const place = await released();
  const alice = { ...(await person(place, 'stable-1', 'online')), signLater: true };
  const request = { version: '1.0', to: 'stable', points: atOnce };
  await promote(request, alice);
  await writeFile(join(place.repo, '.publisher/pending/stable.json'), 'half a fi');
  expect(await codeOf(signPending(alice))).toBe('release-pending-damaged');
  expect(await discardPending(place.repo, alice.disk)).toEqual(['stable']);
  expect(await codeOf(discardPending(place.repo, alice.disk))).toBe('release-nothing-pending');

  await promote(request, alice);
  const path = join(place.repo, '.publisher/pending/stable.json');
  const stale = await readFile(path);
  await discardPending(place.repo, alice.disk);
  await promote(request, await place.publisher());
  const bent = JSON.parse(stale.toString());
  bent.signed.expires = '2040-01-01T00:00:00Z';
  await writeFile(path, JSON.stringify(bent));
  expect(await codeOf(signPending(await place.publisher()))).toBe('release-pending-stale');
});

test('two publishers at once: one waits for nobody and is refused', async () => {
  const place = await released();
  const publisher = await place.publisher();
  await withLock(place.repo, async () => {
    expect(await codeOf(refreshRepository([], publisher))).toBe('release-locked');
  });
  expect(await codeOf(refreshRepository([], publisher))).toBe('done');
  const both = await Promise.all([1, 2, 3].map(() => codeOf(refreshRepository([], publisher))));
  expect(both.filter((code) => code === 'done').length).toBeGreaterThanOrEqual(1);
  expect(both.every((code) => code === 'done' || code === 'release-locked')).toBe(true);
});

test('the lock of a dead process is taken over, and that of another machine is not', async () => {
  const place = await released();
  const lock = join(place.repo, '.publisher/lock');
  await writeFile(lock, ownedName().replace(/^\d+/, '999999999'));
  expect(await codeOf(refreshRepository([], await place.publisher()))).toBe('done');
  await writeFile(lock, ownedName().replace(/-\d+-(\d+)$/, '-1-$1'));
  expect(await codeOf(refreshRepository([], await place.publisher()))).toBe('release-locked');
  expect(await readFile(lock, 'utf8')).not.toBe('');
});

test('a broken lock is noticed: the version is taken, or timestamp has changed', async () => {
  const place = await released();
  const publisher = await place.publisher();
  const sound = openDisk(place.repo);
  let other: Promise<unknown> | undefined;
  /** Breaks the lock in the middle of a publication, and lets a second publisher through. */
  const meddle = async () => {
    if (other !== undefined) return;
    await sound.remove('.publisher/lock');
    other = refreshRepository(['alpha'], publisher);
    await other;
  };
  const before = {
    ...sound,
    create: async (path: string, bytes: Uint8Array) => {
      await meddle();
      await sound.create(path, bytes);
    },
  };
  expect(await codeOf(refreshRepository(['alpha'], { ...publisher, disk: before }))).toBe('release-conflict');
  other = undefined;
  const after = {
    ...sound,
    create: async (path: string, bytes: Uint8Array) => {
      await sound.create(path, bytes);
      await meddle();
    },
  };
  // The second one sweeps what the first one has half written, and finishes; the first one notices.
  expect(await codeOf(refreshRepository(['beta'], { ...publisher, disk: after }))).toBe('release-conflict');
  expect(await versionAt(place.repo, 'alpha')).toBeUndefined();
});

test('a process that is killed in the middle leaves a lock that the next one takes over', async () => {
  const place = await released();
  const program = `
    import { withLock } from ${JSON.stringify(join(import.meta.dirname, '../../src/release/repository/lock.ts'))};
    await withLock(${JSON.stringify(place.repo)}, async () => process.kill(process.pid, 'SIGKILL'));
  `;
  const script = join(place.base, 'killed.ts');
  await writeFile(script, program);
  const bundled = join(place.base, 'killed.mjs');
  const { build } = await import('esbuild');
  await build({
    entryPoints: [script],
    outfile: bundled,
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'error',
  });
  await expect(promisify(execFile)(process.execPath, [bundled])).rejects.toMatchObject({ signal: 'SIGKILL' });
  expect(await openDisk(place.repo).list('.publisher')).toContain('lock');
  expect(await codeOf(refreshRepository([], await place.publisher()))).toBe('done');
  expect(await openDisk(place.repo).list('.publisher')).not.toContain('lock');
});

test('a copy that is older than what machines see is not built upon', async () => {
  const place = await released();
  const url = await serve(place.repo);
  const checkout = await copyWorkplace(place);
  const publisher = { ...(await checkout.publisher()), against: url };
  expect(await codeOf(refreshRepository([], publisher))).toBe('done');
  // The server's copy is older now: the next one may be published too.
  expect(await codeOf(refreshRepository([], publisher))).toBe('done');
  for (let count = 0; count < 3; count++) await refreshRepository([], await place.publisher());
  expect(await codeOf(refreshRepository([], publisher))).toBe('release-copy-old');
  const proxy = await startProxy(Number(new URL(url).port));
  const transport = openTransport({ findProxy: proxiesOf({ HTTP_PROXY: proxy.host }) });
  onTestFinished(() => transport.close());
  const behind = { ...publisher, against: 'http://updates.test/', transport };
  expect(await codeOf(refreshRepository([], behind))).toBe('release-copy-old');
  expect(proxy.asked).toEqual(['GET http://updates.test/metadata/timestamp.json']);
  expect(await codeOf(refreshRepository([], { ...publisher, against: `${url}/none` }))).toBe('done');
  await writeFile(join(place.repo, 'metadata/timestamp.json'), 'x'.repeat(20_000));
  expect(await codeOf(refreshRepository([], publisher))).toBe('release-server-unreachable');
  await writeFile(join(place.repo, 'metadata/timestamp.json'), '{}');
  expect(await codeOf(refreshRepository([], publisher))).toBe('tuf-malformed');
});
