import { expect, test } from 'vitest';
import { redactUrl, redirectTarget } from '../../src/store/request.ts';

const to = (location: string) => new Response(null, { status: 302, headers: { location } });

test('https is never left for http', () => {
  const from = new URL('https://a.example/x');
  expect(() => redirectTarget(from, to('http://a.example/y'), 'the file')).toThrow(
    'from https to http://a.example/y',
  );
  expect(redirectTarget(from, to('https://b.example/y'), 'the file').href).toBe('https://b.example/y');
  expect(redirectTarget(new URL('http://a.example/x'), to('https://a.example/'), 'x').protocol).toBe(
    'https:',
  );
});

test('a redirect may be relative', () => {
  expect(redirectTarget(new URL('https://a.example/x/y'), to('../z'), 'the file').href).toBe(
    'https://a.example/z',
  );
});

test('what is shown of an address has no secrets', () => {
  expect(redactUrl(new URL('https://me:pw@a.example:8443/x?token=t#f'))).toBe('https://a.example:8443/x');
});
