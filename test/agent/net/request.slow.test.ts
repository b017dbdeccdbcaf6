// The agent's door to the network, by the real curl and a real server: what is asked arrives as it was meant, and what comes
// is bounded.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readProxy } from '../../../src/agent/net/proxy.ts';
import { request } from '../../../src/agent/net/request.ts';
import { hostTools, type ToolsComponent } from '../../support/tools.ts';
import { type SandboxHost, sandboxHost } from '../update/support/sandbox-host.ts';
import { startServer, type TestServer } from '../update/support/server.ts';

let scratch: string;
let host: SandboxHost;
let server: TestServer;
const options = { patience: 20 };
const token = 'a "token"\\, as it is';

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'request-'));
  const directory = join(scratch, 'served');
  await mkdir(directory);
  await writeFile(join(directory, 'file'), 'what it holds');
  await writeFile(join(directory, 'empty'), '');
  server = await startServer(directory);
  const tools = await hostTools(['tools-update' as string as ToolsComponent]);
  const curl = await tools.command('curl', []);
  // A proxy that does not exist: whoever asks it gets nothing.
  const proxy = 'http://127.0.0.1:1';
  const env = { ...curl.env, http_proxy: proxy, https_proxy: proxy, ALL_PROXY: proxy };
  host = sandboxHost(join(scratch, 'machine'), { curl: { ...curl, env } });
});
afterAll(async () => {
  await server.close();
  await rm(scratch, { recursive: true, force: true });
});

const ask = (path: string, more: object = {}) =>
  request(host, { url: `${server.url}/${path}`, maxSize: 1000, ...more }, options);

test('the whole answer, whatever proxy the environment names', () => {
  const { exit, status, body } = ask('file');
  expect({ exit, status, body: String(Buffer.from(body!)) }).toEqual({
    exit: 0,
    status: 200,
    body: 'what it holds',
  });
  expect(ask('empty').body).toEqual(new Uint8Array(0));
});

test('method, headers and body arrive as they are', async () => {
  await server.takeRequests();
  expect(ask('file', { method: 'PUT', headers: { 'x-token': token } }).status).toBe(200);
  const text = '@/etc/passwd\r\n"quoted" \\ and\nthe next line';
  expect(ask('file', { body: { type: 'text/plain', text } }).status).toBe(204);
  const [put, post] = await server.takeRequests();
  expect(put).toMatchObject({ method: 'PUT', body: '', headers: { 'x-token': token } });
  expect(post).toMatchObject({ method: 'POST', body: text, headers: { 'content-type': 'text/plain' } });
});

test('what has headers of its own is for that server alone', async () => {
  await server.setRules([{ path: 'away', fault: { kind: 'redirect', to: '/file' } }]);
  expect(ask('away').status).toBe(200);
  await server.takeRequests();
  expect(ask('away', { headers: { 'x-token': token } }).status).toBe(302);
  expect((await server.takeRequests()).map(({ path }) => path)).toEqual(['/away']);
  await server.setRules([]);
});

test('a failure is an answer too: refused, too long, nobody there', async () => {
  expect(ask('missing')).toMatchObject({
    status: 404,
    body: undefined,
    message: expect.stringContaining('404'),
  });
  expect(ask('file', { maxSize: 5 }).body).toBeUndefined();
  await server.setRules([{ path: '.', fault: { kind: 'endless' } }]);
  expect(ask('file').body).toBeUndefined();
  await server.setRules([]);
  const away = request(host, { url: 'http://127.0.0.1:1/', maxSize: 1000 }, options);
  expect(away).toMatchObject({ status: 0, body: undefined, message: expect.stringContaining('curl: (7)') });
});

test('by the proxy of /etc/environment, but for what is excepted', async () => {
  const environment = (text: string) => host.writeFile('/etc/environment', text);
  const get = (url: string) => request(host, { url, maxSize: 1000 }, { ...options, proxy: readProxy(host) });
  environment(`http_proxy="${server.url}"\nNO_PROXY=.internal.invalid\n`);
  await server.takeRequests();
  const { status, body } = get('http://releases.invalid/file');
  expect([status, String(Buffer.from(body!))]).toEqual([200, 'what it holds']);
  const [asked] = await server.takeRequests();
  expect(asked!.headers.host).toBe('releases.invalid');
  expect(get('http://a.internal.invalid/file')).toMatchObject({ status: 0, body: undefined });
  environment('http_proxy=http://127.0.0.1:1\n');
  // On this machine itself, and by https, for which there is none.
  expect(get(`${server.url}/file`).status).toBe(200);
  expect(get('https://releases.invalid/file').message).toContain('resolve');
  environment('');
  expect(readProxy(host)).toBeUndefined();
});

test('no header but one of HTTP', () => {
  for (const headers of [{ 'x-a': 'b\r\nx-c: d' }, { 'x a': 'b' }, { 'x-a': '' }])
    expect(() => ask('file', { headers })).toThrow('no header of HTTP');
});
