// A registry's name → the addresses where its API is asked: its mirrors first, then itself. Plain HTTP is spoken
// with this very machine only, and with hosts for which the user has allowed it.
import { CatamaranError } from '../base/errors.ts';
import { completeHost, dockerHub, type RegistryReference } from './reference.ts';

export interface Endpoint {
  /** By which credentials are looked up. */
  readonly host: string;
  /** Host and port of the API. */
  readonly address: string;
  /** With the mirror's own prefix. */
  readonly repository: string;
  /** Whether plain HTTP may be tried where TLS is not spoken. */
  readonly plainAllowed: boolean;
}

export interface EndpointOptions {
  /** Registry host → `HOST[:PORT][/PREFIX]` of its mirrors, in the order in which they are asked. */
  readonly mirrors?: Readonly<Record<string, readonly string[]>>;
  /** Hosts, with their ports, with which plain HTTP may be spoken. */
  readonly plainHttp?: readonly string[];
}

export function endpointsOf(reference: RegistryReference, options: EndpointOptions): readonly Endpoint[] {
  const mirrors = Object.entries(options.mirrors ?? {})
    .filter(([host]) => completeHost(host) === reference.host)
    .flatMap(([, texts]) => texts.map((text) => parseMirror(text, reference.repository)));
  return [...mirrors, { host: reference.host, repository: reference.repository }].map(
    ({ host, repository }) => ({
      host,
      address: host === dockerHub.host ? dockerHub.api : host,
      repository,
      plainAllowed: isPlainAllowed(host, options),
    }),
  );
}

/** The same for where a registry sends its users. */
export function isPlainTarget({ hostname, port }: URL, options: EndpointOptions): boolean {
  const hosts = port === '' ? [hostname, `${hostname}:80`] : [`${hostname}:${port}`];
  return hosts.some((host) => isPlainAllowed(host, options));
}

function isPlainAllowed(host: string, { plainHttp = [] }: EndpointOptions): boolean {
  return isLoopback(host) || plainHttp.some((allowed) => completeHost(allowed) === host);
}

export function isLoopback(host: string): boolean {
  const name = host.replace(/:\d+$/, '');
  return name === 'localhost' || name === '[::1]' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(name);
}

function parseMirror(text: string, repository: string): { host: string; repository: string } {
  const match = /^(?:https?:\/\/)?([A-Za-z0-9.:[\]-]+)((?:\/[a-z0-9._-]+)*)\/?$/.exec(text);
  if (!match || !URL.canParse(`https://${match[1]}`)) {
    throw new CatamaranError('usage', {
      code: 'mirror-malformed',
      message: `not the address of a registry's mirror: ${JSON.stringify(text)}`,
      hint: 'Write HOST[:PORT][/PREFIX].',
    });
  }
  return {
    host: match[1]!.toLowerCase(),
    repository: `${match[2]!.slice(1)}/${repository}`.replace(/^\//, ''),
  };
}
