// One meaning for one name: what is exported under a name is one thing in all of src. An entry of a catalogue is named as
// its file, and is read through the catalogue's table; a command of the command line is named by its word.
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';

const catalogues = [
  'agent/commands',
  'agent/probe',
  'agent/provision/apply/modules',
  'agent/engines',
  'agent/provision/sources',
  'agent/services',
  'cli/commands',
  'container/init',
  'contract/metadata/forms',
  'contract/user-data/cloud-config',
  'contract/user-data/formats',
  'output/cloud',
  'output/disk',
  'output/linuxkit',
  'output/media',
  'platform/platforms',
  'run/metadata/platforms',
];

interface Declaration {
  readonly name: string;
  readonly file: string;
}

const pattern = /^export (?:async )?(?:function\*?|const|class|type|interface) (\w+)/gm;
const camelCase = (file: string) =>
  basename(file, '.ts').replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());

const isEntry = ({ name, file }: Declaration) =>
  file.startsWith('cli/grammar/') ||
  (catalogues.some((folder) => file.startsWith(`${folder}/`)) && camelCase(file) === name);

async function declarations(): Promise<Declaration[]> {
  const files = (await readdir('src', { recursive: true })).filter((name) => name.endsWith('.ts')).sort();
  const found = await Promise.all(
    files.map(async (file) =>
      [...(await readFile(join('src', file), 'utf8')).matchAll(pattern)].map((match) => ({
        name: match[1]!,
        file,
      })),
    ),
  );
  return found.flat();
}

const declared = await declarations();

test('an exported name is exported by one file', () => {
  expect(declared.length).toBeGreaterThan(1000);
  const files = new Map<string, string[]>();
  for (const each of declared.filter((declaration) => !isEntry(declaration)))
    files.set(each.name, [...(files.get(each.name) ?? []), each.file]);
  expect([...files].filter(([, { length }]) => length > 1)).toEqual([]);
});

test('each catalogue has entries that are named as their files', () => {
  const empty = catalogues.filter(
    (folder) => !declared.some((each) => each.file.startsWith(`${folder}/`) && isEntry(each)),
  );
  expect(empty).toEqual([]);
});
