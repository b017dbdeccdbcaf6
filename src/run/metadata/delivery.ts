// How a machine in QEMU gets what its platform would give it: a file of the firmware, a volume, or a service on its link. Each
// platform is a file in platforms/ and a line in table.ts.
import type { SparseImage } from '../../disk/sparse.ts';

/** What a user and a platform say of one machine. */
export interface Instance {
  readonly id: string;
  readonly hostname: string;
  readonly userData?: Uint8Array;
  /** Lines of authorized_keys. */
  readonly sshKeys: readonly string[];
}

export interface Delivery {
  readonly firmware?: { readonly key: string; readonly bytes: Uint8Array };
  readonly volume?: { readonly image: SparseImage; readonly as: 'cd' | 'disk' };
  readonly service?: MetadataService;
}

export interface MetadataService {
  /** Port 80 of each leads to it. */
  readonly addresses: readonly string[];
  answer(request: GuestRequest): GuestAnswer;
}

export interface GuestRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  /** By names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}

export interface GuestAnswer {
  readonly status: number;
  readonly body?: string | Uint8Array;
  readonly type?: string;
}

export type Deliver = (instance: Instance) => Delivery;

export const linkLocal = '169.254.169.254';

export interface ServedDocuments {
  readonly [path: string]: string | Uint8Array | undefined;
}

interface Rules {
  /** Without them nobody is answered. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Put first: where, with which header, and the header that the token goes into. */
  readonly session?: { readonly path: string; readonly asks: string; readonly header: string };
  readonly addresses?: readonly string[];
}

const token = 'dG9rZW4tb2YtdGhpcy1tYWNoaW5l';

/** A service of documents, each at its path. */
export function serve(
  documents: ServedDocuments,
  { headers = {}, session, addresses = [linkLocal] }: Rules = {},
): Delivery {
  const answer = ({ method, path, headers: given }: GuestRequest): GuestAnswer => {
    if (session && path === session.path) {
      if (method !== 'PUT') return { status: 405 };
      return given[session.asks] === undefined ? { status: 400 } : { status: 200, body: token };
    }
    if (method !== 'GET') return { status: 405 };
    if (session && given[session.header] !== token) return { status: 401 };
    if (Object.entries(headers).some(([name, value]) => given[name] !== value)) return { status: 403 };
    const body = documents[path];
    return body === undefined ? { status: 404 } : { status: 200, body };
  };
  return { service: { addresses, answer } };
}

export const json = (value: unknown): string => JSON.stringify(value);
export const textOf = (bytes: Uint8Array | undefined): string | undefined =>
  bytes && new TextDecoder().decode(bytes);
export const base64Of = (bytes: Uint8Array | undefined): string | undefined =>
  bytes && Buffer.from(bytes).toString('base64');
