// Licences out of copyright files, as Debian's packages have them.
import { expect, test } from 'vitest';
import { licencesOf } from '../../src/debian/copyright.ts';

const format = 'Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/';
const file = (...licences: string[]) =>
  [
    format,
    'Upstream-Name: x',
    ...licences.map((each) => `\nFiles: *\nCopyright: someone\nLicense: ${each}\n text`),
  ].join('\n');

test.each([
  ['one', ['Expat'], 'MIT'],
  ['each once, sorted', ['GPL-2+', 'BSD-3-clause', 'gpl-2+'], 'BSD-3-Clause AND GPL-2.0-or-later'],
  ['a choice', ['GPL-1+ or Artistic', 'Expat'], '(Artistic-1.0-Perl OR GPL-1.0-or-later) AND MIT'],
  ['both', ['LGPL-2.1+ and ISC'], 'ISC AND LGPL-2.1-or-later'],
  ['that version only', ['GPL-3', 'LGPL-2'], 'GPL-3.0-only AND LGPL-2.0-only'],
  ['in SPDX’s own words', ['GPL-2.0-or-later', 'Apache-2.0'], 'Apache-2.0 AND GPL-2.0-or-later'],
  [
    'that SPDX does not list',
    ['public-domain', 'GPL-9'],
    'LicenseRef-debian-GPL-9 AND LicenseRef-debian-public-domain',
  ],
  [
    'with an exception',
    ['GPL-2+ with OpenSSL exception'],
    'LicenseRef-debian-GPL-2plus-with-OpenSSL-exception',
  ],
])('%s', (_, licences, expected) => {
  expect(licencesOf(file(...licences))).toBe(expected);
});

test('a file that people wrote for people says nothing here', () => {
  expect(licencesOf('This package was debianized by someone.\nLicense: GPL-2\n')).toBeUndefined();
  expect(licencesOf(format)).toBeUndefined();
  expect(licencesOf('')).toBeUndefined();
});
