// The table of error codes: every code has a user, and only those who print the texts carry them.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { errorCodes } from '../../src/base/error-codes.ts';

const codes = Object.values(errorCodes).flatMap((subject) => Object.keys(subject));
let sources: Map<string, string>;

beforeAll(async () => {
  const names = (await readdir('src', { recursive: true })).filter((name) => name.endsWith('.ts'));
  sources = new Map(
    await Promise.all(
      names
        .filter((name) => name !== 'base/error-codes.ts')
        .map(async (name) => [name, await readFile(join('src', name), 'utf8')] as const),
    ),
  );
});

/** Put together from a prefix and a word, or from a word and an end. */
const prefixes = ['tar-', 'tuf-'];
const suffix = '-malformed';

test('each code is some error’s', () => {
  const all = [...sources.values()].join('\n');
  const words = new Set([...all.matchAll(/'([a-z][a-z0-9-]*)'/g)].map(([, word]) => word!));
  const isUsed = (code: string) =>
    words.has(code) ||
    prefixes.some((prefix) => code.startsWith(prefix) && words.has(code.slice(prefix.length))) ||
    (code.endsWith(suffix) && words.has(code.slice(0, -suffix.length)));
  expect(codes.filter((code) => !isUsed(code))).toEqual([]);
});

test('no code stands in two subjects, and each is kebab-case', () => {
  expect(codes.filter((code, index) => codes.indexOf(code) !== index)).toEqual([]);
  expect(codes.filter((code) => !/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(code))).toEqual([]);
});

test('each meaning ends as a sentence does', () => {
  const meanings = Object.values(errorCodes).flatMap((subject) => Object.values(subject));
  expect(meanings.filter((meaning) => !/\.$/.test(meaning))).toEqual([]);
});

test('only what explains them has the texts', () => {
  const having = [...sources].filter(([, text]) => /^import (?!type ).*error-codes\.ts'/m.test(text));
  expect(having.map(([name]) => name)).toEqual(['cli/commands/explain-error.ts']);
});
