// `tls gen`: certificates for Docker on its port, of an authority that this machine makes for itself: one for the server, and as many
// for clients as somebody wants.
import { decodeBase64, encodeBase64 } from '../../base/base64.ts';
import {
  encodeKey,
  makeCertificate,
  type PrivateKey,
  readKey,
  type Validity,
} from '../../x509/certificate.ts';
import { AgentError, type Host, runOrThrow } from '../host/host.ts';
import { tlsDirectory } from './engine-tls.ts';

export interface TlsWish {
  readonly server: boolean;
  /** Of a server: beside the machine's own. */
  readonly hosts: readonly string[];
  /** Of a client. */
  readonly directory: string;
}

export const clientDirectory = '/root/.docker';
const authorityName = 'catamaran';
/** In seconds: ten years, and a day before now for clocks that are late. */
const lifetime = 10 * 365 * 86_400;
const slack = 86_400;

export function generate(host: Host, { server, hosts, directory }: TlsWish): void {
  const validity = validityOf(host);
  const authority = authorityOf(host, validity);
  const key = random(host, 32);
  const own = host.readText('/etc/hostname')?.trim();
  const request = server
    ? ({
        name: own || 'docker',
        use: 'server',
        hosts: [...new Set(['localhost', '127.0.0.1', ...(own ? [own] : []), ...hosts])],
      } as const)
    : ({ name: 'client', use: 'client' } as const);
  const certificate = makeCertificate(
    { ...request, ...validity, key, serial: serialOf(host) },
    { name: authorityName, key: authority.key },
  );
  const [certificatePath, keyPath] = server
    ? [`${tlsDirectory}/server.pem`, `${tlsDirectory}/server-key.pem`]
    : [`${directory}/cert.pem`, `${directory}/key.pem`];
  if (!server) putFile(host, `${directory}/ca.pem`, authority.certificate, '0644');
  putFile(host, certificatePath, pem('CERTIFICATE', certificate), '0644');
  putFile(host, keyPath, pem('PRIVATE KEY', encodeKey(key)), '0600');
  host.print(`${certificatePath} and ${keyPath} are good for ten years`);
}

/** Where there is none: for the machine's name, and the addresses that it has by now. */
export function makeMissingServerCertificate(host: Host): void {
  if (host.readText(`${tlsDirectory}/server-key.pem`) !== undefined) return;
  const { output } = host.run(['ip', '-4', '-o', 'addr', 'show', 'scope', 'global']);
  const hosts = [...output.matchAll(/ inet ([\d.]+)\//g)].map(([, address]) => address!);
  generate(host, { server: true, hosts, directory: clientDirectory });
}

/** Made at the first call. */
function authorityOf(host: Host, validity: Validity): { key: PrivateKey; certificate: string } {
  const certificatePath = `${tlsDirectory}/ca.pem`;
  const keyPath = `${tlsDirectory}/ca-key.pem`;
  const text = host.readText(keyPath);
  const certificate = host.readText(certificatePath);
  if (text !== undefined && certificate !== undefined) {
    const key = readKey(decodeBase64(text.replace(/-----[A-Z ]+-----/g, '')) ?? new Uint8Array());
    if (key !== undefined) return { key, certificate };
    throw new AgentError(`${keyPath} is no key that was made here`, {
      code: 'docker-tls',
      fault: 'usage',
      hint: `Sign with what has made it, or move ${tlsDirectory} away.`,
    });
  }
  const key = random(host, 32);
  const made = pem(
    'CERTIFICATE',
    makeCertificate({ name: authorityName, use: 'authority', key, serial: serialOf(host), ...validity }),
  );
  putFile(host, keyPath, pem('PRIVATE KEY', encodeKey(key)), '0600');
  putFile(host, certificatePath, made, '0644');
  return { key, certificate: made };
}

function validityOf(host: Host): Validity {
  const now = Number(runOrThrow(host, ['date', '-u', '+%s']).trim());
  return { from: now - slack, until: now + lifetime };
}

const random = (host: Host, size: number) => host.readBytes('/dev/urandom', 0, size);
/** RFC 5280, 4.1.2.2: positive, and at most 20 bytes; no zero in front. */
const serialOf = (host: Host) => Uint8Array.from([0x40, ...random(host, 15)]);

/** Never readable by others, not for a moment either. */
function putFile(host: Host, path: string, text: string, mode: string): void {
  const directory = path.slice(0, path.lastIndexOf('/'));
  runOrThrow(host, ['sh', '-c', 'umask 077; mkdir -p "$2"; : >"$1.new"', 'sh', path, directory]);
  host.writeFile(`${path}.new`, text);
  runOrThrow(host, ['chmod', mode, `${path}.new`]);
  runOrThrow(host, ['sync', `${path}.new`]);
  runOrThrow(host, ['mv', '-f', `${path}.new`, path]);
}

function pem(what: string, der: Uint8Array): string {
  const lines = encodeBase64(der).match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${what}-----\n${lines.join('\n')}\n-----END ${what}-----\n`;
}
