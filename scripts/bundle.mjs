// Turns src into dist, in one step and within a fraction of a second: npm's `prepare` runs it after `npm ci`,
// so that `npx catamaran` works in a fresh clone. The same sources give the same bytes. Files are replaced by rename and only
// when they differ, so that a bundle made while another process runs from dist does not pull the rug from under it.
import { createHash } from 'node:crypto';
import { chmod, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { bundlePrograms } from './device-programs.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const source = join(root, 'src');

/** What dist is made of. Entry points whose file does not exist are left out. */
const targets = [
  {
    // The command: commands and what they need are chunks, loaded when they are first used.
    entries: async () => [
      { in: 'cli/bin.ts', out: 'catamaran' },
      ...(await findWorkers()).map((file) => ({ in: file, out: basename(file, '.ts') })),
    ],
    options: { platform: 'node', target: 'node20', packages: 'external', splitting: true },
  },
];

/** Every `*-worker.ts` is an entry of its own, beside the command: `new URL('./x-worker.js', import.meta.url)`. */
async function findWorkers() {
  const names = await readdir(source, { recursive: true });
  return names.filter((name) => name.endsWith('-worker.ts')).sort();
}

/** Bundles into `outdir` and removes what an earlier bundle left there. */
export async function bundle(outdir) {
  const wanted = new Map();
  for (const target of targets) {
    const present = new Set(await readdir(source, { recursive: true }));
    const entries = (await target.entries()).filter((entry) => present.has(entry.in));
    if (entries.length === 0) continue;
    const { outputFiles } = await build({
      bundle: true,
      write: false,
      format: 'esm',
      charset: 'utf8',
      logLevel: 'warning',
      legalComments: 'none',
      absWorkingDir: root,
      chunkNames: '[name]-[hash]',
      entryPoints: entries.map((entry) => ({ in: join(source, entry.in), out: entry.out })),
      outdir,
      ...target.options,
    });
    for (const file of outputFiles) wanted.set(relative(outdir, file.path), file.contents);
  }
  const programs = (await readdir(join(source, 'agent'))).filter((name) => name.endsWith('main.ts'));
  const device = await bundlePrograms(
    source,
    programs.map((name) => join('agent', name)),
  );
  for (const [name, contents] of device) wanted.set(name, contents);
  for (const [name, text] of Object.entries(await scriptFiles())) wanted.set(name, Buffer.from(text));
  wanted.set('program.json', Buffer.from(`${JSON.stringify(await digestSteps(), null, 2)}\n`));
  await mkdir(outdir, { recursive: true });
  for (const [name, contents] of wanted) await replace(join(outdir, name), contents, name === 'catamaran.js');
  for (const name of await readdir(outdir)) {
    if (!wanted.has(name)) await rm(join(outdir, name), { recursive: true, force: true });
  }
}

/** What the script /usr/bin/catamaran-agent reads, by name. */
async function scriptFiles() {
  const entry = join(source, 'agent/commands/script-files.ts');
  const options = { bundle: true, write: false, format: 'esm', mainFields: ['module', 'main'] };
  const { outputFiles } = await build({ entryPoints: [entry], platform: 'neutral', ...options });
  const code = Buffer.from(outputFiles[0].contents).toString('base64');
  return (await import(`data:text/javascript;base64,${code}`)).scriptFiles;
}

/**
 * Of each file that defines a kind of step or a format: the digest of the code that it reaches, without comments and
 * names. What is made of the same inputs by other code may be other bytes; what other code prints or asks for is not.
 */
async function digestSteps() {
  const names = await readdir(source, { recursive: true });
  const texts = await Promise.all(
    names
      .filter((name) => name.endsWith('.ts'))
      .map(async (name) => [name, await readFile(join(source, name), 'utf8')]),
  );
  const modules = texts
    .filter(([, text]) => / module: '[^']+'/.test(text))
    .map(([name]) => name.slice(0, -3));
  const versions = await readVersions();
  const { outputFiles, metafile } = await build({
    ...{ bundle: true, write: false, minify: true, metafile: true, format: 'esm', logLevel: 'warning' },
    ...{ platform: 'node', target: 'node20', packages: 'external', legalComments: 'none', charset: 'utf8' },
    absWorkingDir: root,
    outdir: root,
    outbase: source,
    entryPoints: modules.map((module) => join(source, `${module}.ts`)),
    plugins: [transports],
  });
  const digests = outputFiles.map(({ path, contents }) => {
    const name = relative(root, path);
    const hash = createHash('sha256').update(contents);
    for (const { path: wanted, external } of metafile.outputs[name].imports) {
      const version = external && versions.get(packageOf(wanted));
      if (version) hash.update(`\0${wanted} ${version}`);
    }
    return [name.replace(/\.js$/, ''), hash.digest('hex')];
  });
  return Object.fromEntries(digests.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** How bytes come and where they are kept is no matter of what is made: both are held to digests. */
const transports = {
  name: 'transports',
  setup({ onResolve }) {
    onResolve({ filter: /\/(net|store)\// }, ({ path }) => ({ path, external: true }));
  },
};

const packageOf = (name) =>
  name
    .split('/')
    .slice(0, name.startsWith('@') ? 2 : 1)
    .join('/');

async function readVersions() {
  const { packages } = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8'));
  return new Map(
    Object.entries(packages).map(([path, { version }]) => [path.replace(/^node_modules\//, ''), version]),
  );
}

async function replace(path, contents, executable) {
  const present = await readFile(path).catch(() => undefined);
  if (present === undefined || !present.equals(contents)) {
    const aside = `${path}.${process.pid}`;
    await writeFile(aside, contents);
    await rename(aside, path);
  }
  if (executable) await chmod(path, 0o755);
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  await bundle(resolve(process.argv[2] ?? join(root, 'dist')));
}
