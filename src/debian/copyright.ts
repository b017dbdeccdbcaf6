// A package's licences, as its copyright file says them (DEP-5, the machine-readable format), as an SPDX expression: those of
// all its files together. What has no identifier there is a reference of the document's own.
import { byName } from '../base/order.ts';

/** Debian's short names to SPDX's identifiers, where they differ. */
const renamed: Readonly<Record<string, string>> = {
  expat: 'MIT',
  'bsd-2': 'BSD-2-Clause',
  'bsd-3': 'BSD-3-Clause',
  'bsd-4': 'BSD-4-Clause',
  artistic: 'Artistic-1.0-Perl',
  cc0: 'CC0-1.0',
  zlib: 'Zlib',
  'psf-2': 'PSF-2.0',
  boost: 'BSL-1.0',
};
const same =
  '0BSD AFL-2.1 Apache-1.1 Apache-2.0 Artistic-2.0 BSD-2-Clause BSD-3-Clause BSD-4-Clause BSL-1.0 CC-BY-3.0 CC-BY-4.0 CC-BY-SA-3.0 CC-BY-SA-4.0 CC0-1.0 curl FSFAP FSFUL FSFULLR HPND ICU ISC MIT MPL-1.1 MPL-2.0 OFL-1.1 OpenSSL Unicode-3.0 Unlicense W3C X11 Zlib'.split(
    ' ',
  );
const identifiers = new Map(same.map((name) => [name.toLowerCase(), name]));
/** Of GNU's, which versions there are. */
const families: Readonly<Record<string, readonly string[]>> = {
  GPL: ['1.0', '2.0', '3.0'],
  LGPL: ['2.0', '2.1', '3.0'],
  AGPL: ['3.0'],
  GFDL: ['1.1', '1.2', '1.3'],
};

/** Undefined where the file is in no form that programs read. */
export function licencesOf(text: string): string | undefined {
  const lines = text.split(/\r?\n/);
  if (!/^Format(?:-Specification)?:.*(?:copyright-format|dep5)/i.test(lines[0] ?? '')) return undefined;
  const said = lines.flatMap((line) => /^License:[ \t]*(\S.*?)[ \t]*$/i.exec(line)?.[1] ?? []);
  const all = new Set(said.flatMap((each) => each.split(/,? and /)).map(expressionOf));
  if (all.size === 0) return undefined;
  const sorted = [...all].sort(byName);
  return sorted.length === 1
    ? sorted[0]
    : sorted.map((each) => (each.includes(' ') ? `(${each})` : each)).join(' AND ');
}

function expressionOf(name: string): string {
  const choices = [...new Set(name.split(/,? or /).map(identifierOf))];
  return choices.sort(byName).join(' OR ');
}

function identifierOf(name: string): string {
  const plain = name.trim().replace(/\s+/g, '-');
  const lower = plain.toLowerCase();
  return (
    renamed[lower] ??
    identifiers.get(lower) ??
    gnuOf(plain) ??
    `LicenseRef-debian-${plain.replace(/\+/g, 'plus').replace(/[^A-Za-z0-9.-]+/g, '-')}`
  );
}

/** `LGPL-2.1+`, `GPL-2`, `GPL-3.0-or-later`. */
function gnuOf(name: string): string | undefined {
  const match = /^([A-Z]+)-(\d)(?:\.(\d))?(\+|-or-later|-only)?$/i.exec(name);
  const family = match?.[1]?.toUpperCase() ?? '';
  const version = match ? `${match[2]}.${match[3] ?? '0'}` : '';
  if (match === null || !Object.hasOwn(families, family) || !families[family]!.includes(version))
    return undefined;
  const later = match[4] === '+' || match[4]?.toLowerCase() === '-or-later';
  return `${family}-${version}-${later ? 'or-later' : 'only'}`;
}
