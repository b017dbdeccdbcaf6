// A directory of keys: `NAME.pem`, a private Ed25519 key as openssl makes it, or `NAME.json`, a public key with the
// command that signs for it, or without one where somebody else signs. The private keys of a repository never have to
// be in one place.
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { mkdir, open, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { CatamaranError, messageOf } from '../base/errors.ts';
import { byName } from '../base/order.ts';
import { errorCode, withDisk } from '../store/disk.ts';
import { type KeyId, keyIdOf, type PublicKey, verifySignature } from '../tuf/keys.ts';

export interface Key {
  /** The file's, without its ending. */
  readonly name: string;
  readonly id: KeyId;
  readonly public: PublicKey;
  /** Answers with 128 hex digits. Absent where only the public half is here. */
  readonly sign?: (message: Uint8Array) => Promise<string>;
}

const commandTimeout = 300_000;

/** Sorted by name; none where there is no such directory. */
export async function readKeyring(directory: string): Promise<Key[]> {
  const keys: Key[] = [];
  for (const file of (await listFiles(directory)).sort(byName)) {
    const [, name = '', ending] = /^([A-Za-z0-9][A-Za-z0-9._-]*)\.(pem|json)$/.exec(file) ?? [];
    if (ending === undefined) continue;
    const path = join(directory, file);
    const text = await readFile(path, 'utf8');
    keys.push(ending === 'pem' ? readPem(name, path, text) : readCommand(name, path, text));
  }
  return keys;
}

/** Makes `NAME.pem`, readable by its owner alone. Never replaces one. */
export async function createKey(directory: string, name: string): Promise<Key> {
  const path = join(directory, `${name}.pem`);
  const { privateKey } = generateKeyPairSync('ed25519');
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
  await withDisk(path, async () => {
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

function readPem(name: string, path: string, pem: string): Key {
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch (cause) {
    throw wrongKey(path, messageOf(cause), cause);
  }
  if (key.asymmetricKeyType !== 'ed25519') throw wrongKey(path, `it is ${key.asymmetricKeyType}`);
  const { x = '' } = createPublicKey(key).export({ format: 'jwk' });
  const publicKey = Buffer.from(x, 'base64url').toString('hex');
  return {
    name,
    id: keyIdOf(publicKey),
    public: publicKey,
    sign: async (message) => sign(null, message, key).toString('hex'),
  };
}

function readCommand(name: string, path: string, text: string): Key {
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
  const words = command as [string, ...string[]];
  return { ...key, sign: (message) => signByCommand(words, message, key) };
}

/** The message on its standard input, 128 hex digits on its standard output. */
async function signByCommand(
  [program, ...words]: readonly [string, ...string[]],
  message: Uint8Array,
  key: Omit<Key, 'sign'>,
): Promise<string> {
  const { failed, shortMessage, stderr, stdout } = await execa(program, words, {
    input: message,
    reject: false,
    timeout: commandTimeout,
    maxBuffer: 65_536,
  });
  const signature = (stdout ?? '').trim();
  if (!failed && /^[0-9a-f]{128}$/.test(signature) && verifySignature(key.public, message, signature))
    return signature;
  const evidence = failed
    ? `${shortMessage} ${(stderr ?? '').trim().slice(0, 500)}`.trim()
    : 'what it printed is no signature of that key';
  throw new CatamaranError('environment', {
    code: 'release-signing-failed',
    message: `the signing command of key ${key.name} failed: ${evidence}`,
    hint: `It gets the bytes to sign on its standard input and prints 128 hex digits. Try it by hand: ${[program, ...words].join(' ')}`,
  });
}

async function listFiles(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (thrown) {
    if (errorCode(thrown) === 'ENOENT') return [];
    throw thrown;
  }
}

function wrongKey(path: string, evidence: string, cause?: unknown): CatamaranError {
  return new CatamaranError(
    'usage',
    {
      code: 'release-key-malformed',
      message: `${path} is no Ed25519 key: ${evidence}`,
      hint: 'Give a private key as `openssl genpkey -algorithm ed25519` makes it, or a JSON file with "public" and "command".',
    },
    { cause },
  );
}
