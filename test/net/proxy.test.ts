// Through a real proxy, to servers that nothing but the proxy can find.
import { readFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { silentReporter } from '../../src/base/reporter.ts';
import { type DownloadTarget, download } from '../../src/net/download.ts';
import { openTransport } from '../../src/net/http.ts';
import { proxiesOf } from '../../src/net/proxy.ts';
import { openCache } from '../../src/store/cache.ts';
import { startProxy } from '../store/proxy-support.ts';
import { freshDirectory, serve, sha256 } from '../store/support.ts';

const fixture = (name: string) => readFileSync(new URL(`fixtures/${name}`, import.meta.url), 'utf8');

/** Under the names mirror.test and registry.test. */
async function serveEncrypted(listener: RequestListener): Promise<number> {
  const server = createServer({ key: fixture('named.key'), cert: fixture('named.pem') }, listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

async function targetBehind(
  environment: Record<string, string>,
  certificates = [fixture('named.pem')],
): Promise<{ to: DownloadTarget; waits: number[] }> {
  const transport = openTransport({ certificates, findProxy: proxiesOf(environment) });
  onTestFinished(() => transport.close());
  const waits: number[] = [];
  const patience = { tries: 2, sleep: async (time: number) => void waits.push(time) };
  const cache = await openCache(await freshDirectory());
  return { waits, to: { cache, reporter: silentReporter, offline: false, transport, patience } };
}

const file = (url: string) => ({ url, what: 'the file', maxSize: 1 << 20 });

describe('https', () => {
  test('goes through a tunnel, which is kept, and the proxy alone is shown its password', async () => {
    const headers: unknown[] = [];
    const port = await serveEncrypted((request, response) => {
      headers.push(request.headers['proxy-authorization'], request.headers.host);
      response.end(request.url);
    });
    const proxy = await startProxy(port);
    const { to } = await targetBehind({ HTTPS_PROXY: `http://me:p%40ss@${proxy.host}` });
    for (const name of ['/a', '/b']) {
      expect((await download(file(`https://mirror.test${name}`), to)).digest).toBe(sha256(name));
    }
    expect(proxy.asked).toEqual(['CONNECT mirror.test:443']);
    expect(proxy.shown).toEqual([`Basic ${Buffer.from('me:p@ss').toString('base64')}`]);
    expect(headers).toEqual([undefined, 'mirror.test', undefined, 'mirror.test']);
  });

  test('is not for the proxy to answer: the other end proves itself', async () => {
    const port = await serveEncrypted((_, response) => response.end('forged'));
    const proxy = await startProxy(port);
    const { to } = await targetBehind({ https_proxy: proxy.host }, []);
    const untrusted = { fault: 'network', code: 'certificate-untrusted' };
    await expect(download(file('https://mirror.test/a'), to)).rejects.toMatchObject(untrusted);
    const trusting = await targetBehind({ https_proxy: proxy.host });
    await expect(download(file('https://other.test/a'), trusting.to)).rejects.toMatchObject(untrusted);
    expect(proxy.asked).toEqual(['CONNECT mirror.test:443', 'CONNECT other.test:443']);
  });

  test('that the proxy refuses is not asked for again; that it cannot make now, is', async () => {
    const [strict, tired] = [await startProxy(1, 407), await startProxy(1, 503)];
    const refused = await targetBehind({ HTTPS_PROXY: `http://me:secret@${strict.host}` });
    const error = (await download(file('https://mirror.test/a'), refused.to).catch((e) => e)) as Error;
    expect(error).toMatchObject({ fault: 'network', code: 'proxy-refused' });
    expect(error.message).toBe(`the proxy ${strict.host} answered 407 when asked for mirror.test:443`);
    expect(refused.waits).toEqual([]);
    const failing = await targetBehind({ HTTPS_PROXY: tired.host });
    const failed = download(file('https://mirror.test/a'), failing.to);
    await expect(failed).rejects.toMatchObject({ code: 'download-failed', message: /answered 503/ });
    expect(failing.waits).toEqual([500]);
  });
});

test.each(['http', 'https'])('a dead proxy is named, and not taken for the mirror: %s', async (scheme) => {
  const { to } = await targetBehind({ HTTP_PROXY: 'http://127.0.0.1:9', HTTPS_PROXY: 'http://127.0.0.1:9' });
  const error = await download(file(`${scheme}://mirror.test/a`), to).catch((thrown) => thrown);
  expect(error.message).toContain('the proxy 127.0.0.1:9, which the environment names, is not reached');
  expect(error.message.match(/mirror\.test/g)).toHaveLength(1);
  expect(error.diagnostics[0].hint).toBe(
    'Mend or unset HTTP_PROXY and HTTPS_PROXY, or name this host in NO_PROXY.',
  );
});

test('http is asked of the proxy in whole', async () => {
  const hosts: unknown[] = [];
  const url = await serve((request, response) => {
    hosts.push(request.headers.host);
    response.end(request.url);
  });
  const proxy = await startProxy(Number(new URL(url).port));
  const { to } = await targetBehind({ HTTP_PROXY: `http://${proxy.host}`, NO_PROXY: 'other.test' });
  expect((await download(file('http://mirror.test/debian/x'), to)).digest).toBe(sha256('/debian/x'));
  expect((await download(file(`${url}/direct`), to)).digest).toBe(sha256('/direct'));
  expect(proxy.asked).toEqual(['GET http://mirror.test/debian/x']);
  expect(hosts).toEqual(['mirror.test', new URL(url).host]);
});

describe('the environment', () => {
  const both = { HTTPS_PROXY: 'http://secure:1', HTTP_PROXY: 'plain:2' };

  test.each([
    [both, 'https://a.test/', 'secure:1'],
    [both, 'http://a.test/', 'plain:2'],
    [{ ...both, https_proxy: 'lower:3' }, 'https://a.test/', 'lower:3'],
    [{ HTTPS_PROXY: '' }, 'https://a.test/', undefined],
    [{ HTTP_PROXY: 'plain:2' }, 'https://a.test/', undefined],
  ])('%j: %s by %s', (env, url, host) => {
    expect(proxiesOf(env)(new URL(url))?.host).toBe(host);
  });

  test.each([
    ['*', 'https://a.test/', false],
    ['a.test', 'https://a.test/', false],
    ['a.test', 'https://b.a.test/', false],
    ['a.test', 'https://ba.test/', true],
    ['.a.test, *.b.test', 'https://x.b.test/', false],
    ['A.Test', 'https://a.test/', false],
    ['a.test:443', 'https://a.test/', false],
    ['a.test:443', 'https://a.test:8443/', true],
    ['10.0.0.0/8', 'https://10.1.2.3/', false],
    ['10.0.0.0/8', 'https://11.1.2.3/', true],
    ['10.1.2.3', 'https://10.1.2.3:5000/', false],
    ['[fd00::1],fd01::/16', 'https://[fd01::2]/', false],
    ['10.0.0.0/99', 'https://10.1.2.3/', true],
    ['', 'https://localhost:5000/', false],
    ['', 'https://127.1.2.3/', false],
    ['', 'https://[::1]/', false],
    ['', 'https://a.test/', true],
  ])('NO_PROXY=%j: %s: %s', (NO_PROXY, url, isProxied) => {
    expect(proxiesOf({ ...both, NO_PROXY })(new URL(url)) !== undefined).toBe(isProxied);
  });

  test.each(['socks5://secret@p:1', 'https://secret@p:1', 'http://'])(
    '%s is no HTTP proxy',
    (HTTPS_PROXY) => {
      const find = proxiesOf({ HTTPS_PROXY, NO_PROXY: 'a.test' });
      expect(() => find(new URL('https://b.test'))).toThrow(
        /^HTTPS_PROXY is not the address of an HTTP proxy/,
      );
      expect(() => find(new URL('https://b.test'))).not.toThrow('secret');
      expect(find(new URL('https://a.test'))).toBeUndefined();
      expect(find(new URL('http://b.test'))).toBeUndefined();
    },
  );
});
