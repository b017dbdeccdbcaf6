// How something is asked whether it is well. One table of kinds, for the spec's `health.checks` and a service's own
// `health`, and for the two documents in which both reach the machine: what each is called, what it asks, and how it is
// told to people. How it is run is in agent/probe.
import { type Fields, objectField, textField } from '../base/fields.ts';
import type { Json } from '../base/json.ts';

/** What each kind asks. */
interface Questions {
  /** Answers with 200 to 299. */
  readonly http: { readonly url: string };
  /** `HOST:PORT`, `[IPv6]:PORT`: accepts a connection. */
  readonly tcp: { readonly address: string };
  /** Ends with 0. */
  readonly command: { readonly command: readonly string[] };
  /** Is there. */
  readonly file: { readonly path: string };
  /** `disk 10%`, `memory 64M`: the machine has so much left; `logs`: all that services have said was kept. */
  readonly free: { readonly what: string };
}

export type ProbeName = keyof Questions;
export type Probe<Name extends ProbeName = ProbeName> = {
  [Each in Name]: { readonly kind: Each } & Questions[Each];
}[Name];

interface ProbeKind<Name extends ProbeName> {
  /** Where its value stands in `{"kind": …}`; in a spec it is `NAME: VALUE`. */
  readonly member: string;
  /** Undefined for a value that is none. */
  parse(value: unknown): Probe<Name> | undefined;
  /** What `parse` takes. */
  write(probe: Probe<Name>): Json;
}

const isResource = /^((disk|memory) [1-9][0-9]{0,8}[KMG%]|logs)$/;

export const probeKinds: { readonly [Name in ProbeName]: ProbeKind<Name> } = {
  http: {
    member: 'url',
    parse: (url) => (isText(url) ? { kind: 'http', url } : undefined),
    write: ({ url }) => url,
  },
  tcp: {
    member: 'address',
    parse: (address) => (isText(address) ? { kind: 'tcp', address } : undefined),
    write: ({ address }) => address,
  },
  command: {
    member: 'command',
    parse: (command) => (isWords(command) ? { kind: 'command', command } : undefined),
    write: ({ command }) => command,
  },
  file: {
    member: 'path',
    parse: (path) => (isText(path) ? { kind: 'file', path } : undefined),
    write: ({ path }) => path,
  },
  free: {
    member: 'what',
    parse: (what) => (isText(what) && isResource.test(what) ? { kind: 'free', what } : undefined),
    write: ({ what }) => what,
  },
};

export const probeNames = Object.keys(probeKinds) as ProbeName[];

/** Out of `{http: URL, …}`, of a spec or of health.json; undefined unless it is exactly one. */
export function parseProbe(words: { readonly [key: string]: unknown }): Probe | undefined {
  const [name, second] = probeNames.filter((each) => words[each] !== undefined);
  return name === undefined || second !== undefined ? undefined : probeKinds[name].parse(words[name]);
}

/** `{http: URL}`. */
export function probeWords<Name extends ProbeName>(probe: Probe<Name>): { readonly [key: string]: Json } {
  return { [probe.kind]: writeValue(probe) };
}

/** `{"kind": "http", "url": URL}`, in a member `probe`. */
export function readProbe(fields: Fields): Probe {
  const probe = objectField(fields, 'probe');
  const name = textField(probe, 'kind', /^/, 100);
  const kind = probeNames.find((each) => each === name);
  const found = kind && probeKinds[kind].parse(probe.values[probeKinds[kind].member]);
  if (found === undefined) throw probe.refuse(probe.what, `is of no known kind: ${JSON.stringify(name)}`);
  return found;
}

export function describeProbe(probe: Probe): string {
  const value = writeValue(probe);
  return isWords(value) ? value.join(' ') : String(value);
}

function writeValue<Name extends ProbeName>(probe: Probe<Name>): Json {
  const kind: ProbeKind<Name> = probeKinds[probe.kind as Name];
  return kind.write(probe);
}

const isText = (value: unknown): value is string => typeof value === 'string';
const isWords = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.length > 0 && value.every(isText);
