// Turns src into dist, in one step and within a fraction of a second: npm's `prepare` runs it after `npm ci`,
// so that `npx catamaran` works in a fresh clone. The same sources give the same bytes. Files are replaced by rename and only
// when they differ, so that a bundle made while another process runs from dist does not pull the rug from under it.
import { createHash } from 'node:crypto';
import { chmod, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

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
  {
    // What runs on the device, in QuickJS: two files, each with everything in it but QuickJS's own modules.
    entries: async () => [
      { in: 'agent/main.ts', out: 'agent' },
      { in: 'agent/update/main.ts', out: 'update' },
    ],
    options: {
      platform: 'neutral',
      target: 'es2023',
      external: ['std', 'os'],
      mainFields: ['module', 'main'],
    },
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
  wanted.set('program.txt', Buffer.from(digestOf(wanted)));
  await mkdir(outdir, { recursive: true });
  for (const [name, contents] of wanted) await replace(join(outdir, name), contents, name === 'catamaran.js');
  for (const name of await readdir(outdir)) {
    if (!wanted.has(name)) await rm(join(outdir, name), { recursive: true, force: true });
  }
}

/** Of all that runs on the host: part of the content key of whatever it makes. The agent is an input by itself. */
function digestOf(files) {
  const hash = createHash('sha256');
  for (const name of [...files.keys()].filter((each) => each !== 'agent.js').sort()) {
    hash.update(`${name}\0${files.get(name).length}\0`).update(files.get(name));
  }
  return hash.digest('hex');
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
