// What a short name means, and where a registry is asked.
import { describe, expect, test } from 'vitest';
import { endpointsOf, isLoopback } from '../../src/oci/endpoint.ts';
import { dockerHub, formatRegistryReference, parseRegistryReference } from '../../src/oci/reference.ts';

const hub = dockerHub.host;
const digest = `sha256:${'0'.repeat(64)}`;

test.each([
  ['alpine', `${hub}/library/alpine:latest`],
  ['alpine:3', `${hub}/library/alpine:3`],
  ['linuxkit/init:v1', `${hub}/linuxkit/init:v1`],
  [`${hub}/alpine`, `${hub}/library/alpine:latest`],
  [`${dockerHub.aliases[0]}/library/alpine`, `${hub}/library/alpine:latest`],
  [`alpine@${digest}`, `${hub}/library/alpine@${digest}`],
  [`Registry.Example:5000/a/b:1@${digest}`, `registry.example:5000/a/b:1@${digest}`],
  ['localhost/app', 'localhost/app:latest'],
  ['127.0.0.1:5000/app', '127.0.0.1:5000/app:latest'],
])('%s is %s', (text, expected) => {
  expect(formatRegistryReference(parseRegistryReference(text))).toBe(expected);
});

test.each(['component:sshd', './dir', 'oci:x', 'A/b/C', 'a:b:c', ''])(
  '%j is no name in a registry',
  (text) => {
    expect(() => parseRegistryReference(text)).toThrow(/^not /);
  },
);

test.each(['127.999.0.1:1/app', 'r.example:70000/app', '[:::::]/app'])(
  '%s has a host that cannot be',
  (text) => {
    expect(() => parseRegistryReference(text)).toThrow(/^not the host of a registry: /);
  },
);

test.each<[string, boolean]>([
  ['localhost', true],
  ['localhost:5000', true],
  ['127.0.0.1:80', true],
  ['127.8.8.8', true],
  ['[::1]:5000', true],
  ['localhost.example', false],
  ['127.0.0.1.example', false],
  ['10.0.0.1', false],
  ['registry.example', false],
])('%s loopback: %s', (host, expected) => {
  expect(isLoopback(host)).toBe(expected);
});

describe('endpoints', () => {
  const at = (text: string, options = {}) =>
    endpointsOf(parseRegistryReference(text), options).map(
      ({ host, address, repository, plainAllowed }) => `${host} ${address} ${repository} ${plainAllowed}`,
    );

  test('mirrors before the registry itself, and plain HTTP where it is allowed', () => {
    const mirrors = { [hub]: ['mirror.example/hub', 'https://127.0.0.1:5000'] };
    expect(at('alpine', { mirrors })).toEqual([
      'mirror.example mirror.example hub/library/alpine false',
      '127.0.0.1:5000 127.0.0.1:5000 library/alpine true',
      expect.stringMatching(new RegExp(`^${hub} \\S+ library/alpine false$`)),
    ]);
    expect(at('r.example/a', { mirrors, plainHttp: ['r.example'] })).toEqual(['r.example r.example a true']);
    expect(at('r.example:1/a', { plainHttp: ['r.example'] })).toEqual(['r.example:1 r.example:1 a false']);
  });

  test('hosts are the same in any case and by any of their names', () => {
    const mirrors = { 'LOCALHOST:9': ['Mirror.Example'], [dockerHub.aliases[0]]: ['mirror.example/hub'] };
    expect(at('localhost:9/a', { mirrors })[0]).toBe('mirror.example mirror.example a false');
    expect(at('alpine', { mirrors })[0]).toBe('mirror.example mirror.example hub/library/alpine false');
    expect(at('r.example/a', { plainHttp: ['R.Example'] })).toEqual(['r.example r.example a true']);
  });

  test.each(['ftp://x/y z', 'mirror.example:70000', '127.999.0.1:1'])('a mirror that is none: %s', (text) => {
    expect(() => at('alpine', { mirrors: { [hub]: [text] } })).toThrow(/^not the address/);
  });
});
