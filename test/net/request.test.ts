// Redirects, with the answers of a server that is not there: what is asked next, and of whom.
import { expect, test } from 'vitest';
import { parseAddress, redactUrl } from '../../src/net/address.ts';
import type { HttpRequest } from '../../src/net/http.ts';
import { follow } from '../../src/net/request.ts';

/** Where a journey from `first` leads when each answer is a redirect to the next of `locations`. */
async function travel(first: string, ...locations: string[]): Promise<[string, string | undefined][]> {
  return journey({}, first, ...locations);
}

async function journey(
  rules: { plainAllowed?: (url: URL) => boolean },
  first: string,
  ...locations: string[]
): Promise<[string, string | undefined][]> {
  const asked: [string, string | undefined][] = [];
  const home = new URL(first);
  const send = async ({ url, headers }: HttpRequest) => {
    const location = locations[asked.length];
    asked.push([url.href, headers.authorization]);
    const answer =
      location === undefined ? { status: 200, headers: {} } : { status: 302, headers: { location } };
    return { ...answer, url, body: (async function* () {})(), discard() {} };
  };
  const refuse = (evidence: string) => new Error(evidence) as never;
  await follow(
    send,
    { method: 'GET', url: home, headers: {}, stall: 1 },
    { home, authorization: 'me', refuse, ...rules },
  );
  return asked;
}

test.each([
  [['https://a.example/x', 'http://a.example/y']],
  [['http://a.example/x', 'https://a.example/', 'http://a.example/y']],
])('https is never left for http: %j', async ([first, ...locations]) => {
  await expect(travel(first!, ...locations)).rejects.toThrow('to http://a.example, which is not safe');
});

test('plain HTTP is spoken with those only with whom it may be, from the first address on', async () => {
  const rules = { plainAllowed: ({ host }: URL) => host === 'a.example' };
  const there = await journey(rules, 'http://a.example/x', 'http://a.example/y', 'https://b.example/');
  expect(there).toHaveLength(3);
  await expect(journey(rules, 'http://a.example/x', 'http://b.example/')).rejects.toThrow(
    'to http://b.example, which is not safe',
  );
  await expect(journey(rules, 'http://b.example/')).rejects.toThrow('not safe');
});

test('a user and a password come from the user, and from no server', async () => {
  await expect(travel('https://a.example/x', 'https://me:pw@b.example/')).rejects.toThrow('not safe');
});

test('a redirect may be relative, leave the host, and come back: the secret stays at home', async () => {
  expect(await travel('http://a.example/x/y', '../z', 'https://b.example/y', 'https://c.example/')).toEqual([
    ['http://a.example/x/y', 'me'],
    ['http://a.example/z', 'me'],
    ['https://b.example/y', undefined],
    ['https://c.example/', undefined],
  ]);
  expect(await travel('https://a.example/', 'https://a.example:8443/', 'https://a.example/w')).toEqual([
    ['https://a.example/', 'me'],
    ['https://a.example:8443/', undefined],
    ['https://a.example/w', 'me'],
  ]);
});

test('what is shown of an address has no secrets', () => {
  expect(redactUrl(new URL('https://me:pw@a.example:8443/x?token=t#f'))).toBe('https://a.example:8443/x');
});

test.each([
  ['https://a.example/x#f', undefined],
  ['https://me:p%40ss@a.example/x', 'me:p@ss'],
  ['https://me:100%@a.example/x', 'me:100%'],
])('user and password of %s', (text, pair) => {
  const authorization = pair && `Basic ${Buffer.from(pair).toString('base64')}`;
  const url = new URL('https://a.example/x');
  expect(parseAddress(text, 'the file')).toEqual({ url, ...(authorization && { authorization }) });
});
