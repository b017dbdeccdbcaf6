// Challenges, tokens, credentials and redirects: who is shown a secret, and who is not.
import { readFileSync } from 'node:fs';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { proxiesOf } from '../../src/net/proxy.ts';
import { parseChallenges } from '../../src/oci/challenge.ts';
import type { Credentials } from '../../src/oci/docker-config.ts';
import { mediaTypes } from '../../src/oci/image.ts';
import { startProxy } from '../store/proxy-support.ts';
import { pull, serveImage, temporaryAccess } from './support/images.ts';
import { type Asked, type ScriptedRegistry, startScriptedRegistry } from './support/scripted-registry.ts';

let registry: ScriptedRegistry;
beforeEach(async () => {
  registry = await startScriptedRegistry();
});
afterEach(() => registry.close());

const app = () => `${registry.host}/app:1`;
const alice: Credentials = { username: 'alice', password: 'open:sesame' };
const aliceHeader = `Basic ${Buffer.from('alice:open:sesame').toString('base64')}`;

describe('WWW-Authenticate', () => {
  const read = (header: string) =>
    parseChallenges(header).map(({ scheme, parameters }) => [scheme, Object.fromEntries(parameters)]);

  test.each<[string, unknown]>([
    ['', []],
    ['Basic realm="a registry"', [['basic', { realm: 'a registry' }]]],
    [
      'Bearer realm="https://auth.example/token",service="registry.example",scope="repository:a/b:pull,push"',
      [
        [
          'bearer',
          {
            realm: 'https://auth.example/token',
            service: 'registry.example',
            scope: 'repository:a/b:pull,push',
          },
        ],
      ],
    ],
    [
      'Negotiate, Basic realm=x',
      [
        ['negotiate', {}],
        ['basic', { realm: 'x' }],
      ],
    ],
    [
      'bearer Realm = "a\\"b" , error=invalid_token, BASIC realm="c"',
      [
        ['bearer', { realm: 'a"b', error: 'invalid_token' }],
        ['basic', { realm: 'c' }],
      ],
    ],
    ['"', []],
    ['Bearer realm="never closed', [['bearer', {}]]],
  ])('%s', (header, expected) => {
    expect(read(header)).toEqual(expected);
  });
});

test('whatever a parameter holds, it is read back; whatever the header holds, it is read to an end', () => {
  const quote = (text: string) => `"${text.replace(/["\\]/g, (character) => `\\${character}`)}"`;
  const printable = fc.string({ unit: 'grapheme-ascii' });
  fc.assert(
    fc.property(printable, printable, (realm, service) => {
      const [one] = parseChallenges(`Bearer realm=${quote(realm)},service=${quote(service)}`);
      expect(Object.fromEntries(one!.parameters)).toEqual({ realm, service });
    }),
  );
  fc.assert(
    fc.property(fc.string(), (header) => {
      expect(parseChallenges(header).length).toBeLessThanOrEqual(header.length);
    }),
  );
});

describe('bearer tokens', () => {
  /** Tokens are given at /token to those whom `admits` lets in; everything else wants one. */
  function guard(
    options: {
      realm?: () => string;
      admits?: (asked: Asked) => boolean;
      token?: string;
      /** Where the token service is now. */
      moved?: string;
    } = {},
  ) {
    const realm = options.realm ?? (() => `http://${registry.host}/token`);
    registry.script((asked, response) => {
      if (asked.path.startsWith('/token')) {
        if (options.moved !== undefined) {
          response.writeHead(307, { location: options.moved }).end();
          return true;
        }
        const admitted = options.admits?.(asked) ?? true;
        response.writeHead(admitted ? 200 : 401).end(JSON.stringify({ token: options.token ?? 'the.token' }));
        return true;
      }
      if (asked.headers.authorization === 'Bearer the.token') return false;
      const challenge = `Bearer realm="${realm()}",service="here",scope="repository:app:pull"`;
      response.writeHead(401, { 'www-authenticate': challenge }).end();
      return true;
    });
  }

  test('anonymous: one token serves all requests', async () => {
    await serveImage(registry);
    guard();
    await pull(app(), await temporaryAccess());
    const tokens = registry.asked.filter(({ path }) => path.startsWith('/token'));
    expect(tokens.map(({ path }) => path)).toEqual(['/token?service=here&scope=repository%3Aapp%3Apull']);
    expect(tokens[0]!.headers.authorization).toBeUndefined();
  });

  test('with a password, which only the token service sees', async () => {
    await serveImage(registry);
    guard({ admits: ({ headers }) => headers.authorization === aliceHeader });
    await pull(app(), await temporaryAccess({ credentials: async () => alice }));
    const shown = registry.asked.filter(({ headers }) => headers.authorization === aliceHeader);
    expect(shown.map(({ path }) => path.replace(/\?.*/, ''))).toEqual(['/token']);
  });

  test('a token service that has moved is followed, and the password stays behind', async () => {
    await serveImage(registry);
    const other = await startScriptedRegistry();
    onTestFinished(() => other.close());
    other.script((_, response) => {
      response.writeHead(200).end('{"token":"the.token"}');
      return true;
    });
    guard({ moved: `http://${other.host}/new` });
    await pull(app(), await temporaryAccess({ credentials: async () => alice }));
    expect(other.asked.map(({ path, headers }) => [path, headers.authorization])).toEqual([
      ['/new', undefined],
    ]);
    const asked = registry.asked.filter(({ path }) => path.startsWith('/token'));
    expect(asked.map(({ headers }) => headers.authorization)).toEqual([aliceHeader]);
  });

  test('but not to plain HTTP elsewhere', async () => {
    guard({ moved: 'http://auth.example/token' });
    const error = await pull(app(), await temporaryAccess()).catch((thrown: Error) => thrown);
    expect(error).toMatchObject({
      code: 'registry-unauthorized',
      message: expect.stringContaining('redirected to http://auth.example, which is not safe'),
    });
  });

  test('with an identity token', async () => {
    await serveImage(registry);
    guard({ admits: ({ method }) => method === 'POST' });
    await pull(app(), await temporaryAccess({ credentials: async () => ({ identityToken: 'refresh' }) }));
    expect(registry.asked.some(({ method, path }) => method === 'POST' && path === '/token')).toBe(true);
  });

  test('a registry that always answers 401 is asked twice and no more', async () => {
    guard({ token: 'another.token' });
    await expect(pull(app(), await temporaryAccess())).rejects.toMatchObject({
      code: 'registry-unauthorized',
    });
    expect(registry.asked.filter(({ path }) => path.includes('/manifests/'))).toHaveLength(2);
  });

  test('a token service that refuses; the error has no secret in it', async () => {
    guard({ admits: () => false });
    const pulled = pull(app(), await temporaryAccess({ credentials: async () => alice }));
    const error = await pulled.catch((thrown: Error) => thrown);
    expect(error).toMatchObject({ code: 'registry-unauthorized' });
    expect(JSON.stringify(error) + (error as Error).stack).not.toMatch(/sesame|YWxpY2U/);
  });

  test.each([
    ['plain HTTP to another host', 'http://auth.example/token'],
    ['another scheme', 'file:///etc/passwd'],
    ['a user in the address', 'https://user:secret@127.0.0.1/token'],
    ['nothing', ''],
  ])('a realm that is not safe: %s', async (_, realm) => {
    guard({ realm: () => realm });
    const error = await pull(app(), await temporaryAccess({ credentials: async () => alice })).catch(
      (e: Error) => e,
    );
    expect(error).toMatchObject({ code: 'registry-realm' });
    expect((error as Error).message).not.toContain('secret');
    expect(registry.asked.some(({ headers }) => headers.authorization === aliceHeader)).toBe(false);
  });

  test.each(['', 'a\r\nb', '{}'])('a token that no header can carry: %j', async (token) => {
    guard({ token });
    await expect(pull(app(), await temporaryAccess())).rejects.toMatchObject({
      code: 'registry-unauthorized',
    });
  });
});

describe('basic', () => {
  function guard() {
    registry.script(({ headers }, response) => {
      if (headers.authorization === aliceHeader) return false;
      response.writeHead(401, { 'www-authenticate': 'Basic realm="here"' }).end();
      return true;
    });
  }

  test('the password of that very host', async () => {
    await serveImage(registry);
    guard();
    const hosts: string[] = [];
    const credentials = async (host: string) => {
      hosts.push(host);
      return alice;
    };
    await pull(app(), await temporaryAccess({ credentials }));
    expect([...new Set(hosts)]).toEqual([registry.host]);
  });

  test('none known, a wrong one, a challenge that says nothing', async () => {
    guard();
    await expect(pull(app(), await temporaryAccess())).rejects.toMatchObject({
      code: 'registry-unauthorized',
    });
    const credentials = async () => ({ username: 'alice', password: 'guess' });
    await expect(pull(app(), await temporaryAccess({ credentials }))).rejects.toMatchObject({
      code: 'registry-unauthorized',
    });
    registry.script((_, response) => {
      response.writeHead(401).end();
      return true;
    });
    await expect(pull(app(), await temporaryAccess())).rejects.toMatchObject({
      code: 'registry-unauthorized',
    });
  });
});

describe('redirects', () => {
  test('another host gets the request and not the credentials', async () => {
    const { layer } = await serveImage(registry);
    const store = await startScriptedRegistry();
    onTestFinished(() => store.close());
    store.addBlob(registry.blob(layer.digest));
    registry.script(({ path, headers }, response) => {
      if (headers.authorization !== aliceHeader) {
        response.writeHead(401, { 'www-authenticate': 'Basic realm="here"' }).end();
      } else if (path.includes(layer.digest)) {
        response.writeHead(307, { location: `http://${store.host}${path}?signature=secret` }).end();
      } else return false;
      return true;
    });
    store.script((asked, response) => {
      if (!asked.path.includes('?')) return false;
      response.writeHead(302, { location: asked.path.replace(/\?.*/, '') }).end();
      return true;
    });
    await pull(app(), await temporaryAccess({ credentials: async () => alice }));
    expect(store.asked).toHaveLength(2);
    expect(store.asked.every(({ headers }) => headers.authorization === undefined)).toBe(true);
  });

  test('a challenge of that other host is not answered', async () => {
    const store = await startScriptedRegistry();
    onTestFinished(() => store.close());
    store.script((_, response) => {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="phish"' }).end();
      return true;
    });
    registry.script(({ path }, response) => {
      response.writeHead(307, { location: `http://${store.host}${path}` }).end();
      return true;
    });
    await expect(
      pull(app(), await temporaryAccess({ credentials: async () => alice })),
    ).rejects.toMatchObject({
      code: 'registry-unauthorized',
    });
    expect(store.asked.every(({ headers }) => headers.authorization === undefined)).toBe(true);
  });

  test('to plain HTTP beyond this machine: only where the user allowed it', async () => {
    await serveImage(registry);
    const proxy = await startProxy(Number(registry.host.split(':')[1]));
    const findProxy = proxiesOf({ HTTP_PROXY: proxy.host });
    registry.script(({ path, headers }, response) => {
      if (!path.includes('/manifests/') || headers.host === 'store.test') return false;
      response.writeHead(307, { location: `http://store.test${path}` }).end();
      return true;
    });
    const error = await pull(app(), await temporaryAccess({ findProxy })).catch((thrown: Error) => thrown);
    expect(error).toMatchObject({
      code: 'registry-redirect',
      message: expect.stringContaining('to http://store.test, which is not safe'),
    });
    expect(proxy.asked).toEqual([]);
    for (const allowed of ['store.test', 'STORE.test:80']) {
      await pull(app(), await temporaryAccess({ findProxy, plainHttp: [allowed] }));
    }
    expect(new Set(proxy.asked.map((asked) => asked.replace(/\/v2.*/, '')))).toEqual(
      new Set(['GET http://store.test']),
    );
  });

  test.each([
    ['in a circle', (path: string) => path],
    ['to nowhere', () => 'http://'],
    ['to a file', () => 'file:///etc/passwd'],
  ])('%s', async (_, target) => {
    registry.script(({ path }, response) => {
      if (!path.includes('/manifests/')) return false;
      response.writeHead(302, { location: target(path) }).end();
      return true;
    });
    await expect(pull(app(), await temporaryAccess())).rejects.toMatchObject({ code: 'registry-redirect' });
  });
});

describe('TLS', () => {
  const fixture = (name: string) => readFileSync(new URL(`fixtures/${name}`, import.meta.url), 'utf8');

  /** The scripted registry's content, over TLS. */
  async function startTls(): Promise<string> {
    const server = createTlsServer(
      { key: fixture('server.key'), cert: fixture('server.pem') },
      async (request, response) => {
        if (request.url === '/v2/app/manifests/redirect') {
          response.writeHead(302, { location: `http://${registry.host}/v2/app/manifests/1` }).end();
          return;
        }
        const answer = await fetch(`http://${registry.host}${request.url}`);
        const type = answer.headers.get('content-type') ?? mediaTypes.layer;
        response
          .writeHead(answer.status, { 'content-type': type })
          .end(Buffer.from(await answer.arrayBuffer()));
      },
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    return `127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  test('an authority of the user is trusted', async () => {
    const { manifest } = await serveImage(registry);
    const host = await startTls();
    const image = await pull(`${host}/app:1`, await temporaryAccess({ certificates: [fixture('ca.pem')] }));
    expect(image.digest).toBe(manifest.digest);
  });

  test('an unknown authority is an error, also where plain HTTP is allowed', async () => {
    const host = await startTls();
    await expect(pull(`${host}/app:1`, await temporaryAccess())).rejects.toMatchObject({
      fault: 'network',
      code: 'certificate-untrusted',
    });
  });

  test('no redirect leads out of it', async () => {
    const host = await startTls();
    const access = await temporaryAccess({ certificates: [fixture('ca.pem')] });
    await expect(pull(`${host}/app:redirect`, access)).rejects.toMatchObject({ code: 'registry-redirect' });
  });
});
