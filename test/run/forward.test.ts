import { expect, test } from 'vitest';
import { hostForward, parseForward } from '../../src/run/forward.ts';

test.each([
  ['8080:80', 'hostfwd=tcp:127.0.0.1:8080-:80'],
  ['8080:80/tcp', 'hostfwd=tcp:127.0.0.1:8080-:80'],
  ['5353:53/udp', 'hostfwd=udp:127.0.0.1:5353-:53'],
  ['443', 'hostfwd=tcp:127.0.0.1:443-:443'],
  ['127.0.0.1:8080:80', 'hostfwd=tcp:127.0.0.1:8080-:80'],
])('%s', (text, forward) => {
  expect(hostForward(parseForward(text)!)).toBe(forward);
});

// Nobody but this host is ever let in, so another address is not silently made that one.
test.each([
  '',
  '0:80',
  '80:0',
  '65536:1',
  '1:65536',
  '0.0.0.0:80:80',
  '[::]:80:80',
  '80:80/sctp',
  'a:b',
  '80,x=y',
])('not of that form: %j', (text) => expect(parseForward(text)).toBeUndefined());
