// The house: rooms of src by floor. A file imports from its own room and from rooms on lower floors only, and the
// ground floor knows nothing of Node, because the device shares it.
import { readdir, readFile } from 'node:fs/promises';
import { join, normalize } from 'node:path';
import { expect, test } from 'vitest';

const floors: Readonly<Record<string, number>> = {
  cli: 9,
  build: 8,
  output: 7,
  agent: 7,
  plan: 6,
  image: 6,
  run: 6,
  release: 6,
  lock: 5,
  tools: 5,
  component: 4,
  container: 4,
  debian: 3,
  oci: 3,
  spec: 2,
  tree: 2,
  store: 2,
  slots: 1,
  verity: 1,
  tuf: 1,
  base: 0,
};

async function imports(): Promise<{ from: string; to: string }[]> {
  const files = (await readdir('src', { recursive: true })).filter((name) => name.endsWith('.ts'));
  const found = await Promise.all(
    files.map(async (from) => {
      const text = await readFile(join('src', from), 'utf8');
      const specifiers = [...text.matchAll(/(?:\bfrom\s+|\bimport\(\s*)'([^'\n]+)'/g)].map(
        (match) => match[1]!,
      );
      return specifiers.map((to) => ({
        from,
        to: to.startsWith('.') ? normalize(join(from, '..', to)) : to,
      }));
    }),
  );
  return found.flat().sort((a, b) => (a.from < b.from ? -1 : 1));
}

const roomOf = (file: string): string => file.split('/')[0]!;
const isOurs = (to: string): boolean => to.endsWith('.ts') && to.includes('/');

test('every room has a floor', async () => {
  const rooms = (await readdir('src', { withFileTypes: true })).filter((entry) => entry.isDirectory());
  expect(rooms.map(({ name }) => name).filter((name) => !(name in floors))).toEqual([]);
});

test('imports go down', async () => {
  const wrong = (await imports()).filter(({ from, to }) => {
    if (!isOurs(to) || roomOf(from) === roomOf(to)) return false;
    return floors[roomOf(to)]! >= floors[roomOf(from)]!;
  });
  expect(wrong.map(({ from, to }) => `${from} → ${to}`)).toEqual([]);
});

/** Pure JavaScript, bundled for the device: the signatures and hashes of TUF. */
const groundPackages: Readonly<Record<string, readonly string[]>> = {
  tuf: ['@noble/curves/ed25519.js', '@noble/hashes/sha2.js'],
};

test('the ground floor imports nothing of Node, and no package but tuf’s two', async () => {
  const wrong = (await imports()).filter(({ from, to }) => {
    if (floors[roomOf(from)]! > 1 || isOurs(to)) return false;
    return !groundPackages[roomOf(from)]?.includes(to);
  });
  expect(wrong.map(({ from, to }) => `${from} → ${to}`)).toEqual([]);
});
