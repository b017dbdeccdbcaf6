// Registries that only a proxy can reach: under names, and so not this machine.
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest';
import { proxiesOf } from '../../src/net/proxy.ts';
import { catamaran } from '../cli/fake-io.ts';
import { startProxy, type TestProxy } from '../store/proxy-support.ts';
import { pull, serveImage, temporaryAccess, temporaryDirectory } from './support/images.ts';
import { type ScriptedRegistry, startScriptedRegistry } from './support/scripted-registry.ts';

let registry: ScriptedRegistry;
beforeEach(async () => {
  registry = await startScriptedRegistry();
});
afterEach(() => registry.close());

const fileOf = (name: string) => fileURLToPath(new URL(`../net/fixtures/${name}`, import.meta.url));
const fixture = (name: string) => readFileSync(fileOf(name), 'utf8');

/** A proxy to the registry's content over TLS, whose blobs are at another host. */
async function startEncrypted(registry: ScriptedRegistry): Promise<TestProxy> {
  const server = createServer(
    { key: fixture('named.key'), cert: fixture('named.pem') },
    async (request, response) => {
      if (request.url!.includes('/blobs/') && request.headers.host === 'registry.test') {
        response.writeHead(307, { location: `https://mirror.test${request.url}` }).end();
        return;
      }
      const answer = await fetch(`http://${registry.host}${request.url}`);
      response
        .writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? 'none' })
        .end(Buffer.from(await answer.arrayBuffer()));
    },
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return startProxy((server.address() as AddressInfo).port);
}

const tunnels = new Set(['CONNECT registry.test:443', 'CONNECT mirror.test:443']);

test('an image comes through tunnels, also where its blobs are at another host', async () => {
  const { manifest } = await serveImage(registry);
  const proxy = await startEncrypted(registry);
  const access = await temporaryAccess({
    certificates: [fixture('named.pem')],
    findProxy: proxiesOf({ HTTPS_PROXY: `http://${proxy.host}` }),
  });
  expect((await pull('registry.test/app:1', access)).digest).toBe(manifest.digest);
  expect(new Set(proxy.asked)).toEqual(tunnels);
});

test('the command takes proxy, authority and mirror from its environment and options', async () => {
  const { manifest } = await serveImage(registry);
  const proxy = await startEncrypted(registry);
  const cwd = await temporaryDirectory();
  const options = ['--registry-mirror', 'hub.test=registry.test', '--cache', cwd];
  const env: Record<string, string> = { https_proxy: proxy.host };
  const run = (...more: string[]) =>
    catamaran(['image', 'pull', 'hub.test/app:1', ...options, ...more], { cwd, env });
  expect(await run('--registry-ca', fileOf('named.pem'))).toMatchObject({
    code: 0,
    stdout: `${manifest.digest}\n`,
  });
  expect(new Set(proxy.asked)).toEqual(tunnels);
  const untrusting = await run();
  expect(untrusting).toMatchObject({ code: 4, stdout: '' });
  expect(untrusting.stderr).toContain('the certificate of registry.test is not trusted');

  const other = ['--registry-ca', fileURLToPath(new URL('fixtures/ca.pem', import.meta.url))];
  expect(await run(...other)).toMatchObject({ code: 4, stdout: '' });
  env.NODE_EXTRA_CA_CERTS = join(cwd, 'absent.pem');
  expect(await run(...other)).toMatchObject({ code: 4, stdout: '' });
  env.NODE_EXTRA_CA_CERTS = fileOf('named.pem');
  expect(await run(...other)).toMatchObject({ code: 0, stdout: `${manifest.digest}\n` });
});

test.each([
  ['is not there', undefined, 'no such file'],
  ['is empty', '', 'it has no certificate in PEM'],
  ['is a key', fixture('named.key'), 'it has no certificate in PEM'],
  ['is damaged', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n', 'is no certificate'],
])('an authority whose file %s', async (_, content, evidence) => {
  const cwd = await temporaryDirectory();
  if (content !== undefined) await writeFile(join(cwd, 'authority'), content);
  const argv = ['image', 'pull', 'hub.test/app:1', '--registry-ca', 'authority', '--cache', cwd];
  const { code, stderr } = await catamaran(argv, { cwd });
  expect(code).toBe(2);
  expect(stderr).toContain(`${join(cwd, 'authority')} is no certificate of an authority`);
  expect(stderr).toContain(evidence);
});

test('a registry that speaks plain HTTP only: not without the user’s word', async () => {
  const { manifest } = await serveImage(registry);
  const proxy = await startProxy(Number(registry.host.split(':')[1]));
  const findProxy = proxiesOf({ HTTPS_PROXY: proxy.host, HTTP_PROXY: proxy.host });
  const strict = await temporaryAccess({ findProxy });
  await expect(pull('registry.test/app:1', strict)).rejects.toMatchObject({ code: 'registry-unreachable' });
  expect(new Set(proxy.asked)).toEqual(new Set(['CONNECT registry.test:443']));
  const lenient = await temporaryAccess({ findProxy, plainHttp: ['registry.test'] });
  expect((await pull('registry.test/app:1', lenient)).digest).toBe(manifest.digest);
  expect(proxy.asked).toContain('GET http://registry.test/v2/app/manifests/1');
});
