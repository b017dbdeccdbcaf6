// Certificates as others read them: Node's own, which is OpenSSL.
import { createPrivateKey, randomBytes, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer } from 'node:tls';
import { expect, test } from 'vitest';
import { encodeKey, makeCertificate, readKey } from '../../src/x509/certificate.ts';

const from = Date.UTC(2026, 0, 1) / 1000;
const until = Date.UTC(2035, 11, 31) / 1000;
const serial = () => Uint8Array.from([0x40, ...randomBytes(15)]);
const authorityKey = new Uint8Array(randomBytes(32));
const authority = makeCertificate({
  name: 'harbour',
  use: 'authority',
  key: authorityKey,
  serial: serial(),
  from,
  until,
});
const issuer = { name: 'harbour', key: authorityKey };
const issue = (use: 'server' | 'client', hosts: readonly string[] = []) => {
  const key = new Uint8Array(randomBytes(32));
  const der = makeCertificate({ name: use, use, hosts, key, serial: serial(), from, until }, issuer);
  return { key, der };
};
const certificateOf = (der: Uint8Array) => new X509Certificate(der);
const pem = (what: string, der: Uint8Array) =>
  `-----BEGIN ${what}-----\n${Buffer.from(der).toString('base64')}\n-----END ${what}-----\n`;

test('an authority signs itself, and what it signs others can check', () => {
  const own = certificateOf(authority);
  expect(own.ca).toBe(true);
  expect(own.verify(own.publicKey)).toBe(true);
  const { der, key } = issue('server', ['docker.example.org', '10.0.0.5']);
  const server = certificateOf(der);
  expect(server.ca).toBe(false);
  expect(server.checkIssued(own)).toBe(true);
  expect(server.verify(own.publicKey)).toBe(true);
  expect(server.checkHost('docker.example.org')).toBe('docker.example.org');
  expect(server.checkIP('10.0.0.5')).toBe('10.0.0.5');
  expect(server.checkIP('10.0.0.6')).toBeUndefined();
  expect([server.validFrom, server.validTo]).toEqual([
    'Jan  1 00:00:00 2026 GMT',
    'Dec 31 00:00:00 2035 GMT',
  ]);
  const privateKey = createPrivateKey({ key: Buffer.from(encodeKey(key)), format: 'der', type: 'pkcs8' });
  expect(server.checkPrivateKey(privateKey)).toBe(true);
});

test('a key is read again as it was written, and nothing else is taken for one', () => {
  expect(readKey(encodeKey(authorityKey))).toEqual(authorityKey);
  expect(readKey(authority)).toBeUndefined();
  expect(readKey(new Uint8Array())).toBeUndefined();
});

test('with both ends’ certificates a connection stands; without the client’s it does not', async () => {
  const server = issue('server', ['localhost']);
  const client = issue('client');
  const ca = pem('CERTIFICATE', authority);
  const pair = ({ key, der }: typeof client) => ({
    cert: pem('CERTIFICATE', der),
    key: pem('PRIVATE KEY', encodeKey(key)),
  });
  const listener = createServer(
    { ca, ...pair(server), requestCert: true, rejectUnauthorized: true },
    (socket) => socket.end('hello'),
  );
  listener.on('tlsClientError', () => {});
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address() as { port: number };
  const ask = async (own: object) => {
    const socket = connect({ port, host: '127.0.0.1', servername: 'localhost', ca, ...own });
    const [data] = await once(socket, 'data');
    return String(data);
  };
  expect(await ask(pair(client))).toBe('hello');
  await expect(ask({})).rejects.toThrow(/certificate/);
  listener.close();
});
