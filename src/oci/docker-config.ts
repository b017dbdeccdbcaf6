// Docker's config.json → the credentials for a registry's host, where the user has logged in already. Helpers
// (docker-credential-NAME) are run as programs, with a limit on their time and output.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CatamaranError, messageOf } from '../base/errors.ts';
import { errorCode } from '../store/disk.ts';
import { dockerHub } from './reference.ts';

export type Credentials =
  | { readonly username: string; readonly password: string }
  /** For the token endpoint, as an OAuth2 refresh token. */
  | { readonly identityToken: string };

/** Undefined: none are known, so the registry is asked anonymously. */
export type FindCredentials = (host: string) => Promise<Credentials | undefined>;

export interface DockerConfigOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  /** Milliseconds that a helper may take. */
  readonly helperTime?: number;
}

interface DockerConfig {
  readonly auths: Readonly<Record<string, Login>>;
  readonly credHelpers: Readonly<Record<string, string | undefined>>;
  readonly credsStore?: string | undefined;
}

const loginKeys = ['auth', 'identitytoken', 'username', 'password'] as const;
type Login = Readonly<Partial<Record<(typeof loginKeys)[number], string>>>;

const maxHelperOutput = 1 << 20;

/** Reads `$DOCKER_CONFIG/config.json`, else `~/.docker/config.json`, when first asked; each host is asked for once. */
export function dockerCredentials(options: DockerConfigOptions): FindCredentials {
  const path = join(options.env.DOCKER_CONFIG || join(options.home, '.docker'), 'config.json');
  let config: Promise<DockerConfig> | undefined;
  const found = new Map<string, Promise<Credentials | undefined>>();
  return (host) => {
    config ??= readConfig(path);
    const answer = found.get(host) ?? config.then((read) => findIn(read, host, path, options));
    found.set(host, answer);
    return answer;
  };
}

async function readConfig(path: string): Promise<DockerConfig> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (thrown) {
    if (errorCode(thrown) === 'ENOENT' || errorCode(thrown) === 'ENOTDIR')
      return { auths: {}, credHelpers: {} };
    throw unusable(path, messageOf(thrown));
  }
  let value: unknown = null;
  try {
    value = JSON.parse(text);
  } catch {
    // The parser's message would quote what it found: a password, perhaps.
  }
  if (value === null) throw unusable(path, 'it is no JSON object');
  return parseConfig(value, path);
}

/** What Docker reads as absent is: null. Nothing that stands there is quoted. */
function parseConfig(value: unknown, path: string): DockerConfig {
  const tableAt = (found: unknown, where: string): [string, unknown][] => {
    if (typeof found !== 'object' || Array.isArray(found)) throw unusable(path, `${where} is no JSON object`);
    return Object.entries(found ?? {}).filter(([, member]) => member !== null);
  };
  const textAt = (found: unknown, where: string): string => {
    if (typeof found !== 'string') throw unusable(path, `${where} is no text`);
    return found;
  };
  const { auths = null, credHelpers = null, credsStore } = Object.fromEntries(tableAt(value, 'it'));
  const loginAt = (found: unknown, where: string): Login => {
    const members = new Map(tableAt(found, where));
    const known = loginKeys.filter((key) => members.has(key));
    return Object.fromEntries(known.map((key) => [key, textAt(members.get(key), `${where}.${key}`)]));
  };
  const at = (table: string, key: string) => `${table}[${JSON.stringify(key)}]`;
  return {
    auths: Object.fromEntries(
      tableAt(auths, 'auths').map(([key, login]) => [key, loginAt(login, at('auths', key))]),
    ),
    credHelpers: Object.fromEntries(
      tableAt(credHelpers, 'credHelpers').map(([key, name]) => [key, textAt(name, at('credHelpers', key))]),
    ),
    credsStore: credsStore === undefined ? undefined : textAt(credsStore, 'credsStore'),
  };
}

async function findIn(
  config: DockerConfig,
  host: string,
  path: string,
  options: DockerConfigOptions,
): Promise<Credentials | undefined> {
  const keys = host === dockerHub.host ? [dockerHub.configKey] : [host, `https://${host}`, `http://${host}`];
  const helper = keys.map((key) => config.credHelpers[key]).find((name) => name) ?? config.credsStore;
  if (helper) {
    const answer = await askHelper(helper, keys[0]!, path, options);
    if (answer) return answer;
  }
  for (const [key, entry] of Object.entries(config.auths)) {
    const bare = key.replace(/\/v[12]\/?$/, '').replace(/\/$/, '');
    if (!keys.includes(key) && !keys.includes(bare)) continue;
    if (entry.identitytoken) return { identityToken: entry.identitytoken };
    if (entry.auth) return decodePair(entry.auth, key, path);
    if (entry.username !== undefined) return { username: entry.username, password: entry.password ?? '' };
  }
  return undefined;
}

function decodePair(auth: string, key: string, path: string): Credentials {
  const pair = Buffer.from(auth, 'base64').toString('utf8').replace(/\0+$/, '');
  const colon = pair.indexOf(':');
  if (colon === -1)
    throw unusable(path, `auths[${JSON.stringify(key)}].auth is not the base64 of user:password`);
  return { username: pair.slice(0, colon), password: pair.slice(colon + 1) };
}

/** The protocol of docker-credential-helpers: `get`, the host on standard input, JSON on standard output. */
async function askHelper(
  name: string,
  server: string,
  path: string,
  options: DockerConfigOptions,
): Promise<Credentials | undefined> {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name)) {
    throw unusable(path, `${JSON.stringify(name)} is no name of a credential helper`);
  }
  const program = `docker-credential-${name}`;
  const seconds = (options.helperTime ?? 30_000) / 1000;
  const { execa } = await import('execa');
  const answer = await execa(program, ['get'], {
    input: server,
    env: options.env,
    extendEnv: false,
    timeout: seconds * 1000,
    killSignal: 'SIGKILL',
    maxBuffer: maxHelperOutput,
    reject: false,
    stderr: 'ignore',
  });
  if (answer.timedOut) throw helperFailed(program, server, `it took more than ${seconds} s`);
  if (answer.exitCode === undefined)
    throw helperFailed(program, server, answer.code ?? answer.signal ?? 'it did not run');
  if (answer.exitCode !== 0) {
    // The one sentence that the protocol gives to an ordinary "no".
    if (/credentials not found/i.test(answer.stdout)) return undefined;
    throw helperFailed(program, server, `it ended with exit code ${answer.exitCode}`);
  }
  return parseAnswer(answer.stdout, program, server);
}

function parseAnswer(stdout: string, program: string, server: string): Credentials {
  let value: unknown;
  try {
    value = JSON.parse(stdout);
  } catch {
    // Not as a cause: the message would quote a secret.
  }
  const { Username, Secret } = (value ?? {}) as { Username?: unknown; Secret?: unknown };
  if (typeof Username !== 'string' || typeof Secret !== 'string') {
    throw helperFailed(program, server, 'its answer is not the JSON of the helper protocol');
  }
  return Username === '<token>' ? { identityToken: Secret } : { username: Username, password: Secret };
}

function unusable(path: string, evidence: string): CatamaranError {
  return new CatamaranError('environment', {
    code: 'docker-config',
    message: `${path} cannot be used: ${evidence}`,
    hint: 'Log in again with your container tool, or set DOCKER_CONFIG to another directory.',
  });
}

function helperFailed(program: string, server: string, evidence: string): CatamaranError {
  return new CatamaranError('environment', {
    code: 'credential-helper',
    message: `${program} gave no credentials for ${server}: ${evidence}`,
    hint: `Try "echo ${server} | ${program} get", or take the helper out of Docker's config.json.`,
  });
}
