// X.509 certificates (RFC 5280) with Ed25519 keys (RFC 8410): an authority of the machine's own, and what it signs.
import { ed25519 } from '@noble/curves/ed25519.js';
import {
  ascii,
  bits,
  boolean,
  type Der,
  integer,
  joinDer,
  objectId,
  octets,
  sequence,
  set,
  tagged,
  time,
  utf8String,
} from './der.ts';

/** 32 bytes. */
export type PrivateKey = Uint8Array;

export interface Validity {
  /** In seconds since 1970. */
  readonly from: number;
  readonly until: number;
}

export interface CertificateRequest extends Validity {
  readonly name: string;
  readonly serial: Uint8Array;
  readonly key: PrivateKey;
  readonly use: 'authority' | 'server' | 'client';
  /** Names and addresses of a server. */
  readonly hosts?: readonly string[];
}

const algorithm = sequence(objectId('1.3.101.112'));
const extendedUse = { server: '1.3.6.1.5.5.7.3.1', client: '1.3.6.1.5.5.7.3.2' } as const;

/** Signed by itself where there is no `issuer`. */
export function makeCertificate(
  request: CertificateRequest,
  issuer: { name: string; key: PrivateKey } = request,
): Der {
  const { serial, name, key, from, until } = request;
  const content = sequence(
    tagged(0xa0, integer(Uint8Array.of(2))),
    integer(serial),
    algorithm,
    nameOf(issuer.name),
    sequence(time(from), time(until)),
    nameOf(name),
    sequence(algorithm, bits(ed25519.getPublicKey(key))),
    tagged(0xa3, sequence(...extensionsOf(request))),
  );
  return sequence(content, algorithm, bits(ed25519.sign(content, issuer.key)));
}

/** PKCS #8. */
export const encodeKey = (key: PrivateKey): Der =>
  sequence(integer(Uint8Array.of(0)), algorithm, octets(octets(key)));

export function readKey(der: Der): PrivateKey | undefined {
  const start = encodeKey(new Uint8Array(32)).subarray(0, -32);
  const isOurs = der.length === start.length + 32 && start.every((byte, at) => der[at] === byte);
  return isOurs ? der.slice(-32) : undefined;
}

const nameOf = (name: string): Der => sequence(set(sequence(objectId('2.5.4.3'), utf8String(name))));

function extensionsOf({ use, hosts = [] }: CertificateRequest): Der[] {
  const extension = (id: string, critical: boolean, value: Der) =>
    sequence(objectId(id), ...(critical ? [boolean(true)] : []), octets(value));
  if (use === 'authority')
    return [
      extension('2.5.29.19', true, sequence(boolean(true))),
      // keyCertSign and cRLSign.
      extension('2.5.29.15', true, bits(Uint8Array.of(0x06), 1)),
    ];
  return [
    // digitalSignature.
    extension('2.5.29.15', true, bits(Uint8Array.of(0x80), 7)),
    extension('2.5.29.37', false, sequence(objectId(extendedUse[use]))),
    ...(hosts.length > 0 ? [extension('2.5.29.17', false, sequence(...hosts.map(hostOf)))] : []),
  ];
}

/** A dNSName, or an iPAddress of four bytes. */
function hostOf(host: string): Der {
  const address = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(host)?.slice(1).map(Number);
  return address?.every((byte) => byte <= 255)
    ? tagged(0x87, Uint8Array.from(address))
    : tagged(0x82, joinDer(ascii(host)));
}
