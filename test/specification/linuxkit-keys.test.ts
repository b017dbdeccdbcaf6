// Each key of LinuxKit's format is exercised: some spec that a test builds, or compares with a golden, has it.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';

const here = import.meta.dirname;
const read = (path: string) => readFileSync(join(here, path), 'utf8');

/** LinuxKit's keys are those of the page but for the chapters on what is beyond them. */
function linuxkitKeys(): string[] {
  let prefix: string | undefined;
  return read('../../docs/linuxkit.md')
    .split('\n')
    .flatMap((line) => {
      if (/^##/.test(line)) {
        prefix = { '## Keys of the top level': '', '## Containers': 'container.' }[line];
      }
      const cell = prefix === undefined ? undefined : /^\| (`.*?`) \|/.exec(line)?.[1];
      return [...(cell ?? '').matchAll(/`([^`]+)`/g)].flatMap(([, key]) =>
        expand(key!).map((each) => prefix + each),
      );
    });
}

/** `a.{b,c}` → `a.b`, `a.c`. */
function expand(key: string): string[] {
  const braces = /^([^{]*)\{([^}]*)\}(.*)$/.exec(key);
  if (!braces) return [key];
  const [, before, choices, after] = braces;
  return choices!.split(',').flatMap((choice) => expand(`${before}${choice}${after}`));
}

function* keysOf(value: unknown, at = ''): Generator<string> {
  if (Array.isArray(value)) {
    for (const item of value) yield* keysOf(item, `${at}[]`);
  } else if (value !== null && typeof value === 'object') {
    for (const [key, member] of Object.entries(value)) {
      const path = at === '' ? key : `${at}.${key}`;
      yield path.replace(/^(?:onboot|services|onshutdown)\[\]/, 'container');
      yield* keysOf(member, path);
    }
  }
}

/** Directory → the test that reads every spec in it and says what comes of it. */
const exercised = {
  linuxkit: 'linuxkit.test.ts',
  good: 'read.test.ts',
  '../container/golden': '../container/bundle.test.ts',
} as const;

const keysOfText = (text: string): string[] => [...keysOf(parse(text, { merge: true }))];

/** The spec of a test that builds it stands in the test itself. */
function builtSpec(): string {
  return /^const spec = `\n([\s\S]*?)^`;$/m.exec(read('../output/linuxkit/outputs.slow.test.ts'))![1]!;
}

test('each key of LinuxKit’s format is in a spec that is tested', () => {
  const tested = new Set(keysOfText(builtSpec()));
  for (const [directory, test] of Object.entries(exercised)) {
    expect(read(test)).toMatch(new RegExp(`'${directory.split('/').at(-1)}'`));
    const specs = readdirSync(join(here, directory)).filter((name) => name.endsWith('.spec'));
    for (const spec of specs) for (const key of keysOfText(read(join(directory, spec)))) tested.add(key);
  }
  const keys = linuxkitKeys();
  expect(keys.length).toBeGreaterThan(150);
  expect(keys.filter((key) => !tested.has(key))).toEqual([]);
});

test('each key that a container’s bundle depends on is compared with a golden', () => {
  const golden = new Set(keysOfText(read('../container/golden/everything.spec')));
  // What LinuxKit reads of an entry beside its settings: the name is in the goldens' paths.
  const keys = linuxkitKeys().filter((key) => key.startsWith('container.'));
  expect(keys.filter((key) => !golden.has(key))).toEqual([]);
});
