// What a machine of system-docker is told beside its spec, as `KEY: VALUE` in lines: by the image, then by what components and
// user-data lay beside it, then by a person (`config set`), then by the kernel's arguments. The later word counts.
import { AgentError, type Host } from '../host/host.ts';
import { kernelWords } from '../host/kernel-arguments.ts';
import { putDurably } from '../update/durable.ts';

const imagePath = '/usr/lib/catamaran/system.conf';
export const givenDirectory = '/etc/catamaran/system.d';
export const ownPath = '/etc/catamaran/system.conf';
const kernelPrefix = 'catamaran.system.';
const limit = 64 << 10;

export interface SystemSetting {
  readonly key: string;
  readonly value: string;
  /** Who says so. */
  readonly where: string;
}

interface Kind {
  readonly key: RegExp;
  readonly value: RegExp;
  readonly is: string;
}

const name = '[a-z0-9][a-z0-9_-]{0,62}';
const truth = { value: /^(true|false)$/, is: 'true or false' };
const kinds: readonly Kind[] = [
  { key: /^console$/, value: new RegExp(`^${name}$`), is: 'the name of a console, or default' },
  {
    key: new RegExp(`^console\\.${name}$`),
    value: /^[\w][\w./:@-]{0,250}$/,
    is: 'an image of Docker, such as debian:trixie',
  },
  { key: new RegExp(`^service\\.${name}$`), ...truth },
  { key: /^docker\.tls$/, ...truth },
];
export const knownKeys = 'console, console.NAME, service.NAME, docker.tls';

export interface SystemSettings {
  readonly all: readonly SystemSetting[];
  /** What is wrong, in the order of the places: it is passed over. */
  readonly problems: readonly string[];
}

/** Sorted by key. */
export function readSettings(host: Host): SystemSettings {
  const found = new Map<string, SystemSetting>();
  const problems: string[] = [];
  const take = (key: string, value: string, where: string) => {
    const problem = problemOf(key, value);
    if (problem !== undefined) problems.push(`${where}: ${problem}`);
    else found.set(key, { key, value, where });
  };
  const given = (host.listDirectory(givenDirectory) ?? []).filter((file) => file.endsWith('.conf'));
  for (const path of [imagePath, ...given.map((file) => `${givenDirectory}/${file}`), ownPath]) {
    const text = host.readText(path) ?? '';
    if (text.length > limit) problems.push(`${path}: is longer than ${limit} characters`);
    else for (const { line, key, value } of linesOf(text)) take(key, value, `${path}:${line}`);
  }
  for (const word of kernelWords(host).filter((each) => each.startsWith(kernelPrefix))) {
    const [key = '', ...rest] = word.slice(kernelPrefix.length).split('=');
    take(key, rest.join('='), 'the kernel’s arguments');
  }
  const all = [...found.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
  return { all, problems };
}

export const settingOf = (host: Host, key: string): string | undefined =>
  readSettings(host).all.find((each) => each.key === key)?.value;

/** What follows `PREFIX.` in the keys, with the values. */
export function settingsBelow(host: Host, prefix: string): Map<string, string> {
  const below = readSettings(host).all.filter(({ key }) => key.startsWith(`${prefix}.`));
  return new Map(below.map(({ key, value }) => [key.slice(prefix.length + 1), value]));
}

/** The person's word. */
export function writeSystemSetting(host: Host, key: string, value: string): void {
  requireSetting(key, value);
  const kept = (host.readText(ownPath) ?? '')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith(`${key}:`));
  putDurably(host, ownPath, `${[...kept, `${key}: ${value}`].join('\n')}\n`);
}

function requireSetting(key: string, value: string): void {
  const problem = problemOf(key, value);
  if (problem === undefined) return;
  throw new AgentError(problem, {
    code: 'system-setting',
    fault: 'usage',
    hint: `There are ${knownKeys}.`,
  });
}

function problemOf(key: string, value: string): string | undefined {
  const kind = kinds.find((each) => each.key.test(key));
  if (kind === undefined) return `there is no setting ${JSON.stringify(key.slice(0, 60))}`;
  if (kind.value.test(value)) return undefined;
  return `${key} is ${JSON.stringify(value.slice(0, 60))}, and has to be ${kind.is}`;
}

function linesOf(text: string): { line: number; key: string; value: string }[] {
  return text.split('\n').flatMap((written, index) => {
    const line = written.replace(/(^|\s)#.*$/, '').trim();
    if (line === '') return [];
    const [, key = line, value = ''] = /^([^:\s]+):\s*(.*)$/.exec(line) ?? [];
    return [{ line: index + 1, key, value: value.replace(/^"(.*)"$/, '$1') }];
  });
}
