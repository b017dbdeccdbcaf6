// Debian version numbers and their order: Debian Policy 5.6.12, as dpkg compares them.
import type { Flavoured } from '../base/flavour.ts';

export type DebianVersion = Flavoured<string, 'Debian version'>;

/** Negative if a is earlier than b, positive if later, 0 if they are equal (`1.0` and `1.0-0` are). */
export function compareDebianVersions(a: DebianVersion, b: DebianVersion): number {
  if (a === b) return 0;
  const left = splitVersion(a);
  const right = splitVersion(b);
  return (
    comparePart(left.epoch, right.epoch) ||
    comparePart(left.upstream, right.upstream) ||
    comparePart(left.revision, right.revision)
  );
}

export type VersionRelation = '<<' | '<=' | '=' | '>=' | '>>';

/** Whether `version` stands in this relation to `wanted`: Policy 7.1. */
export function satisfiesVersion(
  version: DebianVersion,
  relation: VersionRelation,
  wanted: DebianVersion,
): boolean {
  const order = compareDebianVersions(version, wanted);
  switch (relation) {
    case '<<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '=':
      return order === 0;
    case '>=':
      return order >= 0;
    case '>>':
      return order > 0;
  }
}

/** [epoch:]upstream[-revision]: the first colon and the last hyphen part them. What is absent counts as 0. */
export function splitVersion(version: DebianVersion): { epoch: string; upstream: string; revision: string } {
  const colon = version.indexOf(':');
  const rest = version.slice(colon + 1);
  const hyphen = rest.lastIndexOf('-');
  return {
    epoch: colon === -1 ? '' : version.slice(0, colon),
    upstream: hyphen === -1 ? rest : rest.slice(0, hyphen),
    revision: hyphen === -1 ? '' : rest.slice(hyphen + 1),
  };
}

/** In turn the longest stretch of non-digits, by the order of `weight`, and of digits, by number, however long. */
function comparePart(a: string, b: string): number {
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    while ((i < a.length && !isDigit(a, i)) || (j < b.length && !isDigit(b, j))) {
      const difference = weight(a, i++) - weight(b, j++);
      if (difference !== 0) return difference;
    }
    while (a[i] === '0') i++;
    while (b[j] === '0') j++;
    let first = 0;
    while (isDigit(a, i) && isDigit(b, j)) {
      const difference = a.charCodeAt(i++) - b.charCodeAt(j++);
      if (first === 0) first = difference;
    }
    if (isDigit(a, i)) return 1;
    if (isDigit(b, j)) return -1;
    if (first !== 0) return first;
  }
  return 0;
}

function isDigit(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code >= 0x30 && code <= 0x39;
}

/** A tilde sorts before anything, even the end of a part; letters before all others. */
function weight(text: string, at: number): number {
  if (at >= text.length || isDigit(text, at)) return 0;
  const code = text.charCodeAt(at);
  if (code === 0x7e) return -1;
  const isLetter = (code | 0x20) >= 0x61 && (code | 0x20) <= 0x7a;
  return isLetter ? code : code + 256;
}
