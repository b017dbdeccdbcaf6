// The house: rooms of src by floor. A file imports from its own room and from rooms on lower floors only; inside a room
// there are no circles. The rooms that the device shares know nothing of Node: of its names nothing either, which
// `tsc -p tsconfig.device.json` holds.
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { findCircles, findReaching, type Import, importsOf } from './support/imports.ts';

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
  x509: 2,
  tree: 2,
  store: 2,
  platform: 1,
  slots: 1,
  verity: 1,
  base: 0,
};

const source = await importsOf('src');
/** `cli` of `src/cli/io.ts`. */
const roomOf = (file: string): string => file.split('/')[1]!;
const isOurs = ({ to }: Import): boolean => to.startsWith('src/');
const shown = (list: readonly Import[]) => list.map(({ from, to }) => `${from} → ${to}`);

test('every room has a floor', () => {
  const rooms = new Set(
    source.filter(({ from }) => from.split('/').length > 2).map(({ from }) => roomOf(from)),
  );
  expect([...rooms].filter((room) => !(room in floors))).toEqual([]);
});

test('imports go down', () => {
  const inner = source.filter(isOurs).filter(({ from, to }) => roomOf(from) !== roomOf(to));
  expect(shown(inner.filter(({ from, to }) => floors[roomOf(to)]! >= floors[roomOf(from)]!))).toEqual([]);
});

test('no two files need each other, through whatever others', () => {
  expect(findCircles(source.filter(isOurs))).toEqual([]);
});

test('the folders of a room have an order', () => {
  // A room's own files are above its folders (a table, an entrance) or below them (what they share).
  const folderOf = (file: string) => file.split('/').slice(0, 3).join('/');
  const between = source
    .filter(isOurs)
    .map(({ from, to }) => ({ from: folderOf(from), to: folderOf(to) }))
    .filter(({ from, to }) => from !== to && !`${from}${to}`.includes('.ts'));
  const inside = between.filter(({ from, to }) => roomOf(from) === roomOf(to));
  expect(findCircles(inside)).toEqual([]);
});

test('bench and scripts are above: nothing imports them, and they use no test', async () => {
  const [bench, scripts, tests] = await Promise.all(
    ['bench', 'scripts', 'test'].map((root) => importsOf(root)),
  );
  const into = (list: readonly Import[], pattern: RegExp) => shown(list.filter(({ to }) => pattern.test(to)));
  expect(into(source, /^(test|bench|scripts)\//)).toEqual([]);
  expect(into(tests!, /^(bench|scripts)\//)).toEqual([]);
  expect(into(scripts!, /^(src|test|bench)\//)).toEqual([]);
  expect(into(bench!, /^scripts\/|\.test\.ts$/)).toEqual([]);
});

/** What has no need of Node: the device shares it, or will. */
const pureRooms = ['agent', 'contract', 'gpt', 'platform', 'slots', 'tuf', 'verity', 'x509', 'base'];

/** Pure JavaScript, bundled for the device: signatures and hashes, YAML, gzip. And QuickJS's own, for the host. */
const purePackages: Readonly<Record<string, readonly string[]>> = {
  gpt: ['@noble/hashes/sha2.js'],
  tuf: ['@noble/curves/abstract/weierstrass.js', '@noble/curves/ed25519.js', '@noble/hashes/sha2.js'],
  x509: ['@noble/curves/ed25519.js'],
  contract: ['@noble/hashes/sha2.js', 'fflate', 'yaml'],
  agent: ['std', 'os'],
};

test('the pure rooms import nothing of Node, and no package but those that the device has', () => {
  const outside = source
    .filter(({ from }) => pureRooms.includes(roomOf(from)))
    .filter((each) => !isOurs(each));
  expect(shown(outside.filter(({ from, to }) => !purePackages[roomOf(from)]?.includes(to)))).toEqual([]);
});

test('the compiler knows the pure rooms as those that see nothing of Node; QuickJS has no Intl either', async () => {
  const { include } = JSON.parse(await readFile('tsconfig.device.json', 'utf8'));
  expect(include).toEqual(pureRooms.map((room) => `src/${room}`));
  const files = new Set(source.map(({ from }) => from).filter((from) => pureRooms.includes(roomOf(from))));
  const lacking = /\b(?:Intl|Atomics|SharedArrayBuffer)\b|\.toLocale/;
  const using = await Promise.all(
    [...files].map(async (file) => (lacking.test(await readFile(file, 'utf8')) ? [file] : [])),
  );
  // What is shown to people; only cli imports it.
  expect(using.flat()).toEqual(['src/base/render.ts']);
});

/** What takes Debian's packages or builds. */
const slowSupport = ['build', 'context', 'machine', 'tools'].map((name) => `test/support/${name}.ts`);

test('what needs Debian’s packages or a build is called slow, or boots', async () => {
  const reaching = findReaching(await importsOf('test'), slowSupport);
  const fast = /^test\/(?!boot\/)(?!.*\.slow\.test\.ts$).*\.test\.ts$/;
  expect(reaching.filter((file) => fast.test(file))).toEqual([]);
});
