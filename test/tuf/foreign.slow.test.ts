// Repositories of others: our client follows what python-tuf, the reference implementation, has written; in Node, and in
// QuickJS as on a machine.
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fetchTarget, findTarget } from '../../src/tuf/client.ts';
import { parseRoot } from '../../src/tuf/metadata.ts';
import { openEnvelope } from '../../src/tuf/signatures.ts';
import { verifySignature } from '../../src/tuf/verify-signature.ts';
import { bundleForQuickJs } from '../support/bundle-quickjs.ts';
import { hostTools } from '../support/tools.ts';
import { type Files, start } from './support/forge.ts';
import { createMachine, verdictOf } from './support/machine.ts';

const names = ['top.txt', 'lib/1.0/a.bin', 'other/b.bin', 'lib/1.0/deep/c.bin'];
const found = ['targets: top', 'Lib-1: a', 'hashed: b', undefined];
let base: string;
const states: Files[] = [];

beforeAll(async () => {
  const tools = await hostTools(['tools-tuf']);
  base = await mkdtemp(join(tmpdir(), 'catamaran-tuf-'));
  const env = {
    PYTHONHOME: tools.path('usr'),
    PYTHONPATH: tools.path('usr/lib/python3/dist-packages'),
    PYTHONDONTWRITEBYTECODE: '1',
  };
  const script = join(import.meta.dirname, 'support/write-repository.py');
  await tools.run('python3', [script, base, '2'], { env });
  for (const state of ['1', '2']) states.push(await readFiles(join(base, state)));
});
afterAll(() => rm(base, { recursive: true, force: true }));

async function readFiles(directory: string): Promise<Files> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return new Map(
    await Promise.all(
      paths.map(async (path) => [path.slice(directory.length + 1), await readFile(path)] as const),
    ),
  );
}

const rootOf = (files: Files): Uint8Array => files.get('metadata/1.root.json')!;

test('the files are such as this client could not read once', () => {
  const root = String(rootOf(states[0]!));
  for (const text of ['\n "signatures"', '"ecdsa-sha2-nistp256"', '"rsassa-pss-sha256"', '-----BEGIN'])
    expect(root).toContain(text);
  expect(String(states[0]!.get('metadata/timestamp.json'))).not.toContain('sha256"');
});

test('targets are found by patterns and by hashes of their names, in directories, and fetched', () => {
  const client = createMachine(rootOf(states[0]!)).check(states[0]!);
  const texts = names.map((name) => {
    const target = findTarget(client, name);
    return target && `${target.role}: ${Buffer.from(fetchTarget(client, target))}`;
  });
  expect(texts).toEqual(found);
});

test('a file that has one of two hashes only is another one', () => {
  const files: Files = new Map(states[0]!);
  const client = createMachine(rootOf(files)).check(files);
  const target = findTarget(client, 'lib/1.0/a.bin')!;
  expect(target.sha512).toMatch(/^[0-9a-f]{128}$/);
  const forged = { ...target, sha512: 'ab'.repeat(64) };
  expect(verdictOf(() => fetchTarget(client, forged))).toBe('mismatch');
});

test('nothing is fetched twice, though no hash is listed; the next state is', () => {
  const machine = createMachine(rootOf(states[0]!));
  const find = (files: Files) => {
    machine.fetched.length = 0;
    const client = machine.check(files);
    for (const name of names) findTarget(client, name);
    return machine.fetched.slice();
  };
  expect(find(states[0]!)).toHaveLength(6);
  expect(find(states[0]!)).toEqual(['metadata/2.root.json', 'metadata/timestamp.json']);
  // The roles below targets are the same files.
  expect(find(states[1]!)).toEqual([
    'metadata/2.root.json',
    'metadata/timestamp.json',
    'metadata/2.snapshot.json',
    'metadata/2.targets.json',
  ]);
});

test('each of the two kinds of key that are known is held to its signature', () => {
  const envelope = openEnvelope(rootOf(states[0]!), 'root.json');
  const { keys } = parseRoot(envelope.signed, 'root.json');
  expect([...keys.values()].map((key) => key.length).sort()).toEqual([130, 64]);
  const without = (length: number): Uint8Array => {
    const bent = {
      ...envelope,
      signatures: envelope.signatures.filter(({ keyid }) => keys.get(keyid)?.length !== length),
    };
    return Buffer.from(JSON.stringify({ signatures: bent.signatures, signed: bent.signed }));
  };
  // Two are needed, and of the three that signed one is RSA, which does not count.
  for (const length of [64, 130])
    expect(createMachine(without(length)).verdict(states[0]!)).toBe('signatures');
  expect(createMachine(without(1)).verdict(states[0]!)).toBe('accepted');
});

test('a signature of P-256 over other bytes, by another key or in another form is none', async () => {
  const { createSign, generateKeyPairSync } = await import('node:crypto');
  const point = (key: { export(options: { format: 'jwk' }): { x?: string; y?: string } }) => {
    const { x = '', y = '' } = key.export({ format: 'jwk' });
    return `04${Buffer.from(x, 'base64url').toString('hex')}${Buffer.from(y, 'base64url').toString('hex')}`;
  };
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const other = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const message = Buffer.from('what is signed');
  const sig = createSign('sha256').update(message).sign(privateKey).toString('hex');
  expect(verifySignature(point(publicKey), message, sig)).toBe(true);
  expect(verifySignature(point(publicKey), Buffer.from('what is not'), sig)).toBe(false);
  expect(verifySignature(point(other.publicKey), message, sig)).toBe(false);
  expect(verifySignature(point(publicKey), message, `${sig}00`)).toBe(false);
  expect(verifySignature(point(publicKey), message, sig.toUpperCase())).toBe(false);
  expect(verifySignature(`04${'00'.repeat(64)}`, message, sig)).toBe(false);
});

test('QuickJS does the same', async () => {
  const script = join(base, 'client.js');
  const { writeFile } = await import('node:fs/promises');
  await writeFile(script, await bundleForQuickJs(join(import.meta.dirname, 'support/quickjs-foreign.ts')));
  const tools = await hostTools(['tools-tuf']);
  const words = ['--std', script, join(base, '1'), String(start), ...names];
  const { stdout } = await tools.run('qjs', words);
  expect(JSON.parse(stdout)).toEqual({
    found: found.map((each) => each ?? null),
    again: names.flatMap(() => ['metadata/2.root.json', 'metadata/timestamp.json']),
  });
});
