// What the forms of metadata share: texts, JSON and YAML out of documents, and members that have the right shape or are left
// out.
import { decodeBase64 } from '../../base/base64.ts';
import { decodeUtf8, encodeUtf8 } from '../../base/utf8.ts';
import type { DocumentRole } from '../../platform/user-data.ts';
import type { Findings, Place } from '../document/finding.ts';
import { type Node, valueIn } from '../document/node.ts';
import { hostname, sshKey } from '../document/shape/forms.ts';
import { anything } from '../document/shape/scalars.ts';
import { readYaml } from '../document/yaml.ts';
import type { GivenDocuments } from './metadata.ts';

export type JsonMembers = { readonly [key: string]: unknown };

const limits = { text: 1 << 20, keys: 200, keyLength: 16_384 };

export const placeOf = (role: DocumentRole): Place => ({ part: role, line: 1, pointer: '' });

export function textIn(documents: GivenDocuments, role: DocumentRole): string | undefined {
  const bytes = documents.get(role);
  return bytes && bytes.length <= limits.text ? decodeUtf8(bytes) : undefined;
}

/** An object of JSON; undefined where there is none, and a finding where there should be one. */
export function jsonIn(
  documents: GivenDocuments,
  role: DocumentRole,
  findings: Findings,
): JsonMembers | undefined {
  if (!documents.has(role)) return undefined;
  try {
    const value: unknown = JSON.parse(textIn(documents, role) ?? '');
    if (isObject(value)) return value;
  } catch {
    // Said below.
  }
  findings.error(placeOf(role), 'is no object of JSON');
  return undefined;
}

/** A mapping of YAML, with what a member's value is. */
export function yamlIn(
  documents: GivenDocuments,
  role: DocumentRole,
  findings: Findings,
): YamlMap | undefined {
  const text = textIn(documents, role);
  if (text === undefined || text.trim() === '') {
    if (text === undefined && documents.has(role)) findings.error(placeOf(role), 'is no text');
    return undefined;
  }
  const root = readYaml(text, placeOf(role), findings);
  if (root === undefined) return undefined;
  if (root.kind !== 'mapping') {
    findings.error(placeOf(role), 'is no mapping of keys to values');
    return undefined;
  }
  return {
    node: (key) => valueIn(root, key),
    value: (key) => {
      const node = valueIn(root, key);
      return node && anything.read(node, findings);
    },
  };
}

export interface YamlMap {
  node(key: string): Node | undefined;
  value(key: string): unknown;
}

export const isObject = (value: unknown): value is JsonMembers =>
  value !== null && typeof value === 'object' && !Array.isArray(value);
export const objectIn = (value: JsonMembers | undefined, key: string): JsonMembers =>
  isObject(value?.[key]) ? (value[key] as JsonMembers) : {};
export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
export const wordOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : typeof value === 'number' ? String(value) : undefined;

/** Of printable ASCII; what is longer than any has is none. */
export function instanceIdOf(value: unknown): string | undefined {
  const text = wordOf(value)?.trim();
  return text !== undefined && /^[!-~]{1,200}$/.test(text) ? text : undefined;
}

/** Names of platforms are not always names of hosts: what does not go is made to. */
export function hostnameOf(value: unknown, findings?: Findings): string | undefined {
  const text = wordOf(value)?.trim();
  if (text === undefined || text === '') return undefined;
  if (text.length <= 253 && hostname.pattern.test(text)) return text;
  const mended = text
    .slice(0, 253)
    .replace(/[^A-Za-z0-9.-]+/g, '-')
    .replace(/\.\.+/g, '.')
    .split('.')
    .map((part) => part.slice(0, 63).replace(/^-+|-+$/g, ''))
    .filter((part) => part !== '')
    .join('.');
  const fits = hostname.pattern.test(mended);
  findings?.note(
    { ...placeOf('meta-data'), pointer: 'hostname' },
    `is ${JSON.stringify(text.slice(0, 60))}, which is no name of a host${fits ? `: it becomes ${mended}` : ''}`,
  );
  return fits ? mended : undefined;
}

/** Lines of authorized_keys; what is none is left out. */
export function keysOf(values: Iterable<unknown>): string[] {
  const keys = new Set<string>();
  for (const value of values) {
    if (typeof value !== 'string' || value.length > limits.text) continue;
    for (const line of value.split(/\r?\n/)) {
      const key = line.trim();
      if (key.length <= limits.keyLength && sshKey.pattern.test(key) && keys.size < limits.keys)
        keys.add(key);
    }
  }
  return [...keys];
}

/** Text that a document carries itself. */
export function textBytes(value: unknown): Uint8Array | undefined {
  return typeof value === 'string' && value !== '' ? encodeUtf8(value) : undefined;
}

/** The same in base 64; what is not of it is taken as it is. */
export function unpackedOf(value: unknown): Uint8Array | undefined {
  if (typeof value !== 'string' || value.trim() === '') return undefined;
  return decodeBase64(value) ?? encodeUtf8(value);
}

/** Without members that are undefined. */
export function defined<T extends object>(members: { readonly [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as T;
}
