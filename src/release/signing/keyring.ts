// A directory of keys: `NAME.pem`, an Ed25519 key as openssl makes it, or `NAME.json`, a public key with the command that
// signs for it. With a public key alone, somebody else signs. The private keys of a repository never have to be in one
// place.
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { mkdir, open, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CatamaranError, messageOf } from '../../base/errors.ts';
import { byName } from '../../base/order.ts';
import { errorCode } from '../../store/disk.ts';
import { keyIdOf } from '../../tuf/keys.ts';
import { unreadable, withRepository } from '../repository/disk-errors.ts';
import type { SigningKey } from '../repository/draft.ts';
import { commandPatience, signByCommand, type Words } from './signing-command.ts';

/** Sorted by name; none where there is no such directory. `patience`: in milliseconds, for a command that signs. */
export async function readKeyring(
  directory: string,
  { patience = commandPatience } = {},
): Promise<SigningKey[]> {
  const keys: SigningKey[] = [];
  for (const file of (await listFiles(directory)).sort(byName)) {
    const [, name = '', ending] = /^([A-Za-z0-9][A-Za-z0-9._-]*)\.(pem|json)$/.exec(file) ?? [];
    if (ending === undefined) continue;
    const path = join(directory, file);
    if (keys.some((key) => key.name === name)) throw wrongKey(path, `there is ${name}.json as well`);
    const text = await readKeyFile(path);
    keys.push(ending === 'pem' ? readPem(name, path, text) : readCommand(name, path, text, patience));
  }
  return keys;
}

/** Makes `NAME.pem`, readable by its owner alone. Never replaces one. */
export async function createKey(directory: string, name: string): Promise<SigningKey> {
  const path = join(directory, `${name}.pem`);
  const { privateKey } = generateKeyPairSync('ed25519');
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
  await withRepository(path, async () => {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const file = await open(path, 'wx', 0o600);
    try {
      await file.writeFile(pem);
      await file.sync();
    } finally {
      await file.close();
    }
  });
  return readPem(name, path, pem);
}

function readPem(name: string, path: string, pem: string): SigningKey {
  const isPublic = pem.includes('-----BEGIN PUBLIC KEY-----');
  let key: KeyObject;
  try {
    key = isPublic ? createPublicKey(pem) : createPrivateKey(pem);
  } catch (cause) {
    throw wrongKey(path, messageOf(cause), cause);
  }
  if (key.asymmetricKeyType !== 'ed25519') throw wrongKey(path, `it is ${key.asymmetricKeyType}`);
  const { x = '' } = (isPublic ? key : createPublicKey(key)).export({ format: 'jwk' });
  const publicKey = Buffer.from(x, 'base64url').toString('hex');
  const known = { name, id: keyIdOf(publicKey), public: publicKey };
  if (isPublic) return known;
  return {
    ...known,
    sign: async (message) => sign(null, message, key).toString('hex'),
  };
}

function readCommand(name: string, path: string, text: string, patience: number): SigningKey {
  let value: { public?: unknown; command?: unknown } | null;
  try {
    value = JSON.parse(text) as typeof value;
  } catch (cause) {
    throw wrongKey(path, messageOf(cause), cause);
  }
  const { public: publicKey, command } = value ?? {};
  if (typeof publicKey !== 'string' || !/^[0-9a-f]{64}$/.test(publicKey)) {
    throw wrongKey(path, '"public" is not 64 lower-case hex digits');
  }
  const key = { name, id: keyIdOf(publicKey), public: publicKey };
  if (command === undefined) return key;
  const isWords = Array.isArray(command) && command.every((word) => typeof word === 'string');
  if (!isWords || command.length === 0) throw wrongKey(path, '"command" is not a list of words');
  const words = command as unknown as Words;
  return { ...key, sign: (message) => signByCommand(words, message, key, patience) };
}

async function readKeyFile(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (thrown) {
    throw wrongKey(path, messageOf(thrown), thrown);
  }
}

async function listFiles(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (thrown) {
    if (errorCode(thrown) === 'ENOENT') return [];
    throw unreadable(directory, thrown);
  }
}

function wrongKey(path: string, evidence: string, cause?: unknown): CatamaranError {
  return new CatamaranError(
    'usage',
    {
      code: 'release-key-malformed',
      message: `${path} is no Ed25519 key: ${evidence}`,
      hint: 'Give a key as `openssl genpkey -algorithm ed25519` makes it, its public half, or a JSON file with "public" and "command".',
    },
    { cause },
  );
}
