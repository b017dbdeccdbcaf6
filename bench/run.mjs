// Bundles a benchmark and runs it: `npm run bench`, or `node bench/run.mjs build --runs 5`.
import { copyFile, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [name = 'build', ...argv] = process.argv.slice(2);
const names = await findBenchmarks();
if (!names.includes(name)) {
  console.error(`There is no benchmark ${JSON.stringify(name)}. There are: ${names.join(', ')}`);
  process.exit(2);
}
// Below the repository, so that the packages are found.
const outdir = await mkdtemp(join(root, 'node_modules', '.bench-'));
try {
  await build({
    entryPoints: [join(root, 'bench', `${name}.ts`)],
    outfile: join(outdir, 'bench.mjs'),
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    packages: 'external',
    logLevel: 'warning',
    // Where the sources find the repository.
    define: { 'import.meta.dirname': JSON.stringify(join(root, 'test/support')) },
  });
  // The web server of the tests, in a thread of its own.
  const worker = 'server-worker.mjs';
  await copyFile(join(root, 'test/agent/update/support', worker), join(outdir, worker));
  const { main } = await import(pathToFileURL(join(outdir, 'bench.mjs')).href);
  await main(argv);
} finally {
  await rm(outdir, { recursive: true });
}

/** The files beside this one that have a main function; the others are parts of them. */
async function findBenchmarks() {
  const directory = join(root, 'bench');
  const sources = (await readdir(directory)).filter((file) => file.endsWith('.ts')).sort();
  const texts = await Promise.all(sources.map((file) => readFile(join(directory, file), 'utf8')));
  return sources
    .filter((_, index) => texts[index].includes('export async function main('))
    .map((file) => file.slice(0, -'.ts'.length));
}
