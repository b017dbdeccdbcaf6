// `catamaran init` and `catamaran component init`: the first files of one's own, which are the project's example with
// another name. What stands in a directory already is never written over.
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { CatamaranError } from '../../base/errors.ts';
import { packageRoot } from '../package-root.ts';
import type { Session } from '../session.ts';

/** Path → text. */
type Files = Map<string, string>;

const examples = () => join(packageRoot(), 'examples');
/** How an example tells editors of its schema: from its own place. */
const modeline = /^# yaml-language-server: \$schema=\S*?(schemas\/.*)$/m;

export async function initSpec(directory: string | undefined, { io, front }: Session): Promise<void> {
  const root = resolve(io.cwd, directory ?? '.');
  const id = nameOf(root);
  const spec = await readFile(join(examples(), 'web.yml'), 'utf8');
  const files: Files = new Map([
    [join(root, `${id}.yml`), renamed(spec, id)],
    [join(root, '.gitignore'), '*.qcow2\n*.raw\n*.iso\n*.ova\n'],
    ...(await componentFiles(join(root, 'web'))),
  ]);
  await write(files);
  const shown = (path: string) => relative(io.cwd, path);
  const file = shown(join(root, `${id}.yml`));
  front.info(`next: catamaran run ${file} --publish 8080:8080, and http://127.0.0.1:8080 in a browser`);
  const names = [...files.keys()].map(shown);
  front.result('init', { files: names }, names.map((name) => `${name}\n`).join(''));
}

export async function initComponent(directory: string, { io, front }: Session): Promise<void> {
  const root = resolve(io.cwd, directory);
  nameOf(root);
  const files: Files = new Map(await componentFiles(root));
  await write(files);
  const own = relative(io.cwd, root);
  const reference = own.startsWith('.') || own.startsWith('/') ? own : `./${own}`;
  front.info(
    `next: catamaran component build ${reference}, and in a spec: {name: ${basename(root)}, image: ${reference}}`,
  );
  const names = [...files.keys()].map((path) => relative(io.cwd, path));
  front.result('component init', { files: names }, names.map((name) => `${name}\n`).join(''));
}

/** A directory's name, where it can name a system and its services too. */
function nameOf(root: string): string {
  const name = basename(root);
  if (/^[a-z][a-z0-9-]{0,62}$/.test(name)) return name;
  throw new CatamaranError('usage', {
    code: 'usage-init-name',
    message: `the directory is called ${JSON.stringify(name)}, and what is in it is named after it`,
    hint: 'Name one of lower-case letters, digits and "-": catamaran init lighthouse',
  });
}

/** With the id and the commands of another system. */
function renamed(spec: string, id: string): string {
  return withoutModeline(spec)
    .replace(/^os: .*$/m, `os: { id: ${id}, name: ${id}, version: 0.1.0 }`)
    .replace('contents: "web\\n"', `contents: "${id}\\n"`)
    .replace('npx catamaran run examples/web.yml', `catamaran run ${id}.yml`);
}

async function componentFiles(root: string): Promise<[string, string][]> {
  const from = join(examples(), 'web');
  const found: [string, string][] = [];
  const entries = await readdir(from, { recursive: true, withFileTypes: true });
  for (const entry of entries.filter((each) => each.isFile())) {
    const path = join(entry.parentPath, entry.name);
    const text = await readFile(path, 'utf8');
    const own = withoutModeline(text).replace(/^#\n# {3}npx catamaran component build .*\n/m, '');
    found.push([join(root, relative(from, path)), own]);
  }
  return found.sort(([a], [b]) => (a < b ? -1 : 1));
}

/** The schema of this installation would be a path of this machine: editors are told the way in the docs. */
const withoutModeline = (text: string): string => text.replace(modeline, '').replace(/^\n?#\n/, '');

async function write(files: Files): Promise<void> {
  const present = [...files.keys()].find((path) => existsSync(path) && basename(path) !== '.gitignore');
  if (present !== undefined)
    throw new CatamaranError('usage', {
      code: 'usage-init-exists',
      message: `there is ${present} already`,
      hint: 'Name another directory, or remove the file.',
    });
  for (const [path, text] of files) {
    if (existsSync(path)) continue;
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  }
}
