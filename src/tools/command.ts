// From a tool's name to a command line that needs nothing of the host but its kernel: the program is started by its
// own dynamic loader, with its own libraries, by the tools' own shell, which sets the umask.
import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { CatamaranError } from '../base/errors.ts';
import { byName } from '../base/order.ts';
import { errorCode } from '../store/disk.ts';
import { readProgramKind } from './elf.ts';
import { toolEnvironment } from './environment.ts';
import type { ToolCommand } from './tools.ts';

const programDirectories = ['usr/bin', 'usr/sbin'];
const shell = 'usr/bin/dash';
const maxInterpreters = 4;

export interface Launcher {
  find(name: string): Promise<string | undefined>;
  command(
    name: string,
    args: readonly string[],
    options?: { env?: Readonly<Record<string, string>>; prelude?: string },
  ): Promise<ToolCommand>;
}

export async function createLauncher(root: string): Promise<Launcher> {
  const libraries = await libraryDirectories(root);

  /** In the root, without a leading slash. */
  async function find(name: string): Promise<string | undefined> {
    const candidates = name.includes('/')
      ? [name]
      : programDirectories.map((directory) => `${directory}/${name}`);
    for (const path of candidates) if (await isFile(join(root, path))) return path;
    return undefined;
  }

  async function direct(path: string, argv0: string, depth = 0): Promise<string[]> {
    const host = join(root, path);
    const program = await readProgramKind(host);
    switch (program.kind) {
      case 'static':
        return [host];
      case 'dynamic':
        return [
          join(root, program.loader),
          '--inhibit-cache',
          '--library-path',
          libraries.join(':'),
          '--argv0',
          argv0,
          host,
        ];
      case 'script': {
        const interpreter = await find(program.interpreter.replace(/^\//, ''));
        if (interpreter === undefined || depth >= maxInterpreters) throw missing(program.interpreter, root);
        const command = await direct(interpreter, basename(interpreter), depth + 1);
        return [...command, ...program.args, host];
      }
      case 'unknown':
        throw new CatamaranError('environment', {
          code: 'tool-unreadable',
          message: `not a program for this machine: ${host}`,
          hint: 'Remove the directory "tools" in the cache, so that the tools are unpacked anew.',
        });
    }
  }

  return {
    find,
    async command(name, args, { env, prelude } = {}) {
      const path = await find(name);
      if (path === undefined) throw missing(name, root);
      const [file, ...starter] = await direct(shell, 'sh');
      const script = `umask 022\n${prelude === undefined ? '' : `${prelude}\n`}exec "$@"`;
      return {
        file: file!,
        args: [...starter, '-c', script, 'sh', ...(await direct(path, basename(name))), ...args],
        env: toolEnvironment(root, libraries[0]!, env),
      };
    },
  };
}

/** Those that Debian's loader has built in. */
async function libraryDirectories(root: string): Promise<[string, ...string[]]> {
  const names = (await readdir(join(root, 'usr/lib'))).filter((name) => /^[a-z0-9_]+-linux-gnu$/.test(name));
  const [first = '.', ...others] = names.sort(byName);
  return [first, ...others, '.'].map((name) => join(root, 'usr/lib', name)) as [string, ...string[]];
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch (thrown) {
    if (errorCode(thrown) === 'ENOENT' || errorCode(thrown) === 'ENOTDIR') return false;
    throw thrown;
  }
}

function missing(name: string, root: string): CatamaranError {
  return new CatamaranError('environment', {
    code: 'tool-missing',
    message: `no program ${JSON.stringify(name)} among the host tools in ${root}`,
    hint: 'Add the Debian package that has it to the tools\' component.yml, then run "catamaran lock --update".',
  });
}
