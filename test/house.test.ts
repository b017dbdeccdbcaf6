// The house: rooms of src by floor. A file imports from its own room and from rooms on lower floors only, and the
// ground floor knows nothing of Node, because the device shares it.
import { readdir, readFile } from 'node:fs/promises';
import { join, normalize } from 'node:path';
import { expect, test } from 'vitest';

const floors: Readonly<Record<string, number>> = {
  cli: 11,
  output: 10,
  steps: 9,
  engine: 8,
  image: 7,
  lock: 7,
  component: 6,
  container: 6,
  run: 6,
  sources: 6,
  agent: 5,
  debian: 5,
  tools: 5,
  oci: 5,
  disk: 4,
  release: 4,
  specification: 4,
  packages: 4,
  contract: 3,
  archive: 3,
  net: 3,
  document: 2,
  gpt: 2,
  tuf: 2,
  tree: 2,
  store: 2,
  platform: 1,
  slots: 1,
  verity: 1,
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

/** What has no need of Node: the device shares it, or will. */
const pureRooms = ['agent', 'contract', 'platform', 'slots', 'tuf', 'verity', 'base'];

/** Pure JavaScript, bundled for the device: the signatures and hashes of TUF. And QuickJS's own, for the host. */
const purePackages: Readonly<Record<string, readonly string[]>> = {
  tuf: ['@noble/curves/ed25519.js', '@noble/hashes/sha2.js'],
  agent: ['std', 'os'],
};

test('the pure rooms import nothing of Node, and no package but those that the device has', async () => {
  const wrong = (await imports()).filter(({ from, to }) => {
    if (!pureRooms.includes(roomOf(from)) || isOurs(to)) return false;
    return !purePackages[roomOf(from)]?.includes(to);
  });
  expect(wrong.map(({ from, to }) => `${from} → ${to}`)).toEqual([]);
});
