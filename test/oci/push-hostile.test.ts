// Registries that take an image in another way than they should.
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest';
import { pushImages } from '../../src/oci/push.ts';
import { parseRegistryReference } from '../../src/oci/reference.ts';
import { writeImage } from '../../src/oci/store.ts';
import { file } from '../../src/tree/tree.ts';
import { temporaryAccess } from './support/images.ts';
import { type ScriptedRegistry, startScriptedRegistry } from './support/scripted-registry.ts';

let registry: ScriptedRegistry;
beforeEach(async () => {
  registry = await startScriptedRegistry();
});
afterEach(() => registry.close());

const alice = { username: 'alice', password: 'open-sesame' };

async function push(): Promise<unknown> {
  const access = await temporaryAccess({ credentials: async () => alice });
  const tree = new Map([['big', file(Buffer.alloc(4 << 20, 'x'))]]);
  const image = await writeImage(access.cache, { layers: [{ tree }], config: {}, arch: 'amd64' });
  return pushImages([image], parseRegistryReference(`${registry.host}/app:1`), access);
}

/** Answers by method: a status, and a location where one is given. */
function take(answers: Record<string, [status: number, headers?: Record<string, string>]>): void {
  registry.script(({ method, headers, path }, response) => {
    if (headers.authorization === undefined) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="here"' }).end();
      return true;
    }
    const kind = path.includes('/manifests/') ? `${method} manifest` : method;
    const [status, sent = {}] = answers[kind] ?? [404];
    response.writeHead(status, sent).end();
    return true;
  });
}

test('all is well: HEAD, POST, PUT for each blob, and the manifest last', async () => {
  take({ POST: [202, { location: '/upload/1?state=a' }], PUT: [201], 'PUT manifest': [201] });
  await push();
  expect(registry.asked.at(-1)).toMatchObject({ method: 'PUT', path: '/v2/app/manifests/1' });
  const puts = registry.asked.filter(({ method, path }) => method === 'PUT' && path.startsWith('/upload/'));
  expect(puts).toHaveLength(2);
  for (const { path } of puts) expect(path).toMatch(/^\/upload\/1\?state=a&digest=sha256%3A[0-9a-f]{64}$/);
});

test('a place at another host gets no credentials', async () => {
  const store = await startScriptedRegistry();
  onTestFinished(() => store.close());
  store.script((_, response) => {
    response.writeHead(201).end();
    return true;
  });
  take({ POST: [202, { location: `http://${store.host}/upload` }], 'PUT manifest': [201] });
  await push();
  expect(store.asked).toHaveLength(2);
  expect(store.asked.every(({ headers }) => headers.authorization === undefined)).toBe(true);
});

test.each<[string, Parameters<typeof take>[0], string]>([
  ['no place', { POST: [202] }, 'registry-status'],
  ['a place that is none', { POST: [202, { location: 'http://' }] }, 'registry-status'],
  ['a place in a file', { POST: [202, { location: 'file:///tmp/x' }] }, 'registry-redirect'],
  ['no right to write', { POST: [403] }, 'registry-denied'],
  [
    'a refusal in the middle of a blob',
    { POST: [202, { location: '/upload' }], PUT: [413] },
    'registry-status',
  ],
  [
    'another digest',
    {
      POST: [202, { location: '/upload' }],
      PUT: [201],
      'PUT manifest': [201, { 'docker-content-digest': `sha256:${'0'.repeat(64)}` }],
    },
    'registry-lied',
  ],
  ['a server that fails', { POST: [500] }, 'registry-unreachable'],
])('%s', async (_, answers, code) => {
  take(answers);
  await expect(push()).rejects.toMatchObject({ name: 'CatamaranError', code });
});

test('a push that is stopped', async () => {
  const stop = new AbortController();
  registry.script(() => {
    stop.abort(new Error('stopped by the user'));
    return true;
  });
  const access = await temporaryAccess({ signal: stop.signal });
  const image = await writeImage(access.cache, { layers: [], config: {}, arch: 'amd64' });
  const pushed = pushImages([image], parseRegistryReference(`${registry.host}/app:1`), access);
  await expect(pushed).rejects.toThrow('stopped by the user');
});
