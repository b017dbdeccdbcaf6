// What Ignition calls a resource: bytes by a URL, perhaps compressed, perhaps with a hash that they must have
// (https://coreos.github.io/ignition/configuration-v3_4/).
import { sha256, sha512 } from '@noble/hashes/sha2.js';
import { decodeDataUrl, fileLimit } from '../../document/content.ts';
import { type Findings, type Place, shown } from '../../document/finding.ts';
import { gunzip } from '../../document/gunzip.ts';
import { list, type Read } from '../../document/shape/collections.ts';
import { webAddress } from '../../document/shape/forms.ts';
import { text } from '../../document/shape/scalars.ts';
import { about } from '../../document/shape/shape.ts';
import { inline } from '../inline.ts';
import type { UserContent } from '../machine-config.ts';
import { object } from './object.ts';

const digestForm = {
  pattern: /^(sha256-[\da-f]{64}|sha512-[\da-f]{128})$/,
  rule: 'sha256-… or sha512-… with as many hexadecimal digits as it has',
};

export const resourceFields = {
  source: about('URL.', text()),
  compression: about('gzip, or nothing.', text({ pattern: /^(gzip)?$/, rule: 'gzip' })),
  httpHeaders: about('Headers of the request.', list(object({ name: text(), value: text() }, ['name']))),
  verification: about('Hash that it must have.', object({ hash: text(digestForm) }, [], ['hash'])),
} as const;

export const resource = object(resourceFields, [], ['source', 'compression', 'verification']);
export type Resource = Read<typeof resourceFields>;

/** Undefined where there is none, or where it cannot be used; why is among the findings then. */
export function contentOfResource(read: Resource, findings: Findings): UserContent | undefined {
  const { source, compression, at } = read;
  if (source === undefined || source === '') return undefined;
  const gzip = compression === 'gzip';
  if (!/^data:/i.test(source)) return remoteOf(read, gzip, findings);
  const bytes = decodeDataUrl(source);
  if (!(bytes instanceof Uint8Array)) return refuse(at, bytes.problem, findings);
  const digest = digestOf(read);
  if (digest && hexOf((digest.algorithm === 'sha512' ? sha512 : sha256)(bytes)) !== digest.hex)
    return refuse(at, 'does not have the hash that is given', findings);
  const unpacked = gzip ? gunzip(bytes, fileLimit) : bytes;
  if (!(unpacked instanceof Uint8Array)) return refuse(at, unpacked.problem, findings);
  return inline(unpacked);
}

function remoteOf(read: Resource, gzip: boolean, findings: Findings): UserContent | undefined {
  const { source: url = '', httpHeaders = [], at } = read;
  if (!webAddress.pattern.test(url)) {
    findings.error(
      at,
      `has the source ${shown(url)}: it must be data:, http:// or https://`,
      'Put what is elsewhere on a web server.',
    );
    return undefined;
  }
  const digest = digestOf(read);
  const headers = Object.fromEntries(httpHeaders.map(({ name = '', value = '' }) => [name, value]));
  return { kind: 'remote', url, headers, ...(digest && { digest }), gzip };
}

function digestOf({ verification }: Resource) {
  const [algorithm, hex] = verification?.hash?.split('-') ?? [];
  return hex === undefined ? undefined : { algorithm: algorithm as 'sha256' | 'sha512', hex };
}

function refuse(at: Place, problem: string, findings: Findings): undefined {
  findings.error(at, `has a source that ${problem}`, 'Encode it again, such as data:;base64,….');
}

function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
