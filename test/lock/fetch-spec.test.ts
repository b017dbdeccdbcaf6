// A spec that is named by its address: small, over an encrypted way or from this machine, and bounded in every respect.
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { loadSpec } from '../../src/lock/load-spec.ts';

const context = {
  componentsRoot: resolve(import.meta.dirname, '../../components'),
  home: '/nonexistent',
  signal: new AbortController().signal,
};

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await new Promise((done) => server.once('listening', done));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const text = 'services: [{name: a, image: b}]\nfiles: [{path: x, source: package.json}]\n';

test('is read, and what it refers to is looked for where the command runs', async () => {
  const base = await serve((_, response) => response.end(text));
  const spec = await loadSpec({ file: `${base}/specs/my%20box.yml?token=x` }, context);
  expect(spec.file).toBe('spec.yml');
  const named = await loadSpec({ file: `${base}/specs/box.yml` }, context);
  expect(named.file).toBe('box.yml');
  expect(named.os.id).toBe('box');
  expect(named.files[0]?.content).toMatchObject({ path: 'package.json' });
});

test('is one of several', async () => {
  const base = await serve((request, response) =>
    response.end(request.url === '/a.yml' ? 'kernel: {image: k}' : text),
  );
  const spec = await loadSpec({ file: [`${base}/a.yml`, `${base}/b.yml`] }, context);
  expect([spec.kernel?.image, spec.services.length]).toMatchObject([{ repository: 'k' }, 1]);
});

test.each<[string, RequestListener, string]>([
  ['is not there', (_, response) => response.writeHead(404).end(text), 'the server answers 404'],
  ['has no end', (_, response) => void response.end(Buffer.alloc((4 << 20) + 1, '#')), 'larger than 4 MiB'],
  ['is no text', (_, response) => void response.end(Buffer.from([0xff, 0xfe])), 'it is no UTF-8 text'],
  [
    'breaks off',
    (_, response) =>
      void response.writeHead(200, { 'content-length': 100 }).write('a', () => response.destroy()),
    'cannot be read: ',
  ],
  [
    'leads to where it could be changed',
    (_, response) => void response.writeHead(302, { location: 'http://example.org/x' }).end(),
    'http://example.org/x is not encrypted',
  ],
  [
    'leads around in circles',
    (_, response) => void response.writeHead(302, { location: '/' }).end(),
    'redirected more than 10 times',
  ],
  ['is no spec', (_, response) => void response.end('<html>'), 'must be a mapping'],
])('%s: an error that says so', async (_, listener, message) => {
  const base = await serve(listener);
  await expect(loadSpec({ file: `${base}/x.yml` }, context)).rejects.toThrow(message);
});

test('is not fetched over an open way, nor offline; its password is not shown', async () => {
  await expect(loadSpec({ file: 'http://ann:secret@example.org/x.yml' }, context)).rejects.toThrow(
    /^http:\/\/example\.org\/x\.yml cannot be read: .* is not encrypted/,
  );
  const offline = { ...context, offline: true };
  await expect(loadSpec({ file: 'https://example.org/x.yml' }, offline)).rejects.toThrow(
    'nothing may be fetched',
  );
});
