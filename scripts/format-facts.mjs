// The names of formats and their options, as a schema has them: from the table in src/output.
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

export async function formatFacts(root) {
  // Below node_modules, where the bundle finds the packages that it leaves out.
  const directory = join(root, 'node_modules/.cache/catamaran');
  await mkdir(directory, { recursive: true });
  const outfile = join(directory, `formats-${process.pid}.mjs`);
  await build({
    ...{ entryPoints: [join(root, 'src/output/formats.ts')], outfile, absWorkingDir: root },
    ...{ bundle: true, platform: 'node', format: 'esm', packages: 'external' },
  });
  const { formats } = await import(pathToFileURL(outfile).href);
  await rm(outfile);
  const sorted = [...formats].sort((a, b) => (a.name < b.name ? -1 : 1));
  const options = {};
  for (const { name, options: own = {} } of sorted) {
    for (const [key, { description, ...schema }] of Object.entries(own)) {
      const known = options[key] ?? { description, names: [], schema };
      options[key] = { ...known, names: [...known.names, name] };
    }
  }
  const described = Object.entries(options)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, { description, names, schema }]) => [
      key,
      { description: `${description} Of ${names.join(', ')}.`, ...schema },
    ]);
  return { names: sorted.map(({ name }) => name), options: Object.fromEntries(described) };
}
