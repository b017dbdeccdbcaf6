import { expect, test } from 'vitest';
import { similarNames } from '../../src/debian/similar.ts';

const names = [
  'runc',
  'crun',
  'openssh-client',
  'openssh-server',
  'openssl',
  'libssl3t64',
  'bash',
  'dash',
  'ash',
  'afnix',
  'nginx',
];

test.each([
  ['opensh-server', ['openssh-server']],
  ['openssh', ['openssl', 'openssh-client', 'openssh-server']],
  ['libssl3', []],
  ['rnuc', ['runc']],
  ['bsh', ['ash', 'bash']],
  ['opnessl', ['openssl']],
  ['ngnix', ['nginx', 'afnix']],
  ['x', []],
  ['', []],
])('%j → %j', (name, similar) => {
  expect(similarNames(name, names)).toEqual(similar);
});
