// What was read of user-data, as a text for goldens: the model without what is empty, then the findings. It runs in
// QuickJS too.
import { decodeUtf8 } from '../../../../src/base/utf8.ts';
import { readUserData, type UserData } from '../../../../src/contract/user-data/read.ts';

export function describe(bytes: Uint8Array): string {
  return describeUserData(readUserData(bytes));
}

export function describeUserData({ config, findings, requests }: UserData): string {
  const lines = findings.map(
    ({ level, part, line, pointer, message, hint }) =>
      `${level} ${part}:${line}${pointer && ` ${pointer}`}: ${message}${hint === undefined ? '' : ` | ${hint}`}`,
  );
  const asked = requests.map(
    ({ url, line, digest }) => `request ${line}: ${url}${digest ? ` ${digest.algorithm}` : ''}`,
  );
  return [print(withoutEmpty(config) ?? {}, ''), ...lines, ...asked, ''].join('\n');
}

function withoutEmpty(value: unknown): unknown {
  if (value instanceof Uint8Array) return decodeUtf8(value) ?? `bytes ${value.join(' ').slice(0, 200)}`;
  if (Array.isArray(value))
    return value.length === 0 ? undefined : value.map((item) => withoutEmpty(item) ?? '');
  if (value === null || typeof value !== 'object') return value === false || value === '' ? undefined : value;
  const entries = Object.entries(value).flatMap(([key, member]) => {
    const shown = withoutEmpty(member);
    return shown === undefined ? [] : [[key, shown]];
  });
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

/** JSON in which what fits on a line stands on one. */
function print(value: unknown, indent: string): string {
  const flat = JSON.stringify(value);
  if (flat.length <= 110 || value === null || typeof value !== 'object') return flat;
  const inner = `${indent}  `;
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  const members = Array.isArray(value)
    ? value.map((item) => inner + print(item, inner))
    : Object.entries(value).map(([key, item]) => `${inner}${JSON.stringify(key)}: ${print(item, inner)}`);
  return `${open}\n${members.join(',\n')}\n${indent}${close}`;
}
