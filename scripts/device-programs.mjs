// What runs on the device, in QuickJS: each program one file with everything in it but QuickJS's own modules. A program is read
// at each start, and reading is most of what a start costs: so it is short, and what only few of its runs need is a file of its
// own beside it, which is read when it is first called.
import { readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { build } from 'esbuild';

const common = {
  bundle: true,
  write: false,
  // Not among the engine's own global names, some of which are as short.
  format: 'iife',
  minify: true,
  platform: 'neutral',
  target: 'es2023',
  external: ['std', 'os'],
  mainFields: ['module', 'main'],
  charset: 'utf8',
  legalComments: 'none',
  logLevel: 'warning',
};

/** By the file's name: a package, or a module below src, and what is called of it: functions and constructors alone. */
const parts = {
  'update-install': { module: 'agent/update/install.ts', names: ['armSlot', 'fillSlot'] },
  'update-p256': { module: 'tuf/p256.ts', names: ['verifyP256'] },
  'update-sha512': { module: 'tuf/sha512.ts', names: ['sha512Hex'] },
  'system-read': { module: 'contract/user-data/read.ts', names: ['readUserData'] },
  'system-x509': { module: 'x509/certificate.ts', names: ['encodeKey', 'makeCertificate', 'readKey'] },
  'provision-yaml': {
    module: 'yaml',
    names: ['Composer', 'isAlias', 'isMap', 'isScalar', 'isSeq', 'LineCounter', 'Parser'],
  },
  'provision-inflate': { module: 'fflate', names: ['Gunzip'] },
  'provision-sha2': { module: '@noble/hashes/sha2.js', names: ['sha256', 'sha512'] },
  'provision-read': { module: 'contract/user-data/read.ts', names: ['readUserData'] },
  'provision-metadata': { module: 'contract/metadata/read.ts', names: ['readMetadata'] },
  'provision-variables': {
    module: 'contract/metadata/variables.ts',
    names: ['firstVariables', 'moreVariables', 'readVariables'],
  },
  'provision-apply': { module: 'agent/provision/apply/apply.ts', names: ['applyConfig', 'hasWork'] },
};

/** There once, in the program, so that what one file throws is known in another. */
const shared = {
  'base/errors.ts': ['CatamaranError', 'messageOf'],
  'agent/host/host.ts': ['AgentError', 'runOrThrow'],
};

/** What /usr/lib/catamaran has, by name. `entries`: files of `source`. */
export async function bundlePrograms(source, entries) {
  const files = new Map();
  for (const entry of entries) {
    const program = basename(entry, '.ts').replace(/-?main$/, '') || 'agent';
    const own = Object.keys(parts).filter((part) => part.startsWith(`${program}-`));
    const plugins = [divide(source, own), ...(own.length > 0 ? [lend(source)] : [])];
    files.set(`${program}.js`, await bundle({ entryPoints: [join(source, entry)], plugins }));
    for (const part of own) {
      const { module, names } = parts[part];
      const list = names.join(', ');
      const contents = `import { ${list} } from ${JSON.stringify(locate(source, module))};
globalThis[${JSON.stringify(part)}] = { ${list} };`;
      const stdin = { contents, resolveDir: source, sourcefile: `${part}.js` };
      const others = own.filter((each) => each !== part);
      files.set(`${part}.js`, await bundle({ stdin, plugins: [divide(source, others), borrow(source)] }));
    }
  }
  return files;
}

async function bundle(options) {
  const { outputFiles } = await build({ ...common, ...options });
  return outputFiles[0].contents;
}

const locate = (source, module) => (module.endsWith('.ts') ? join(source, module) : module);

/** In place of a part's module: its names, which have the part read when one is first called. */
function divide(source, names) {
  const places = new Map(names.map((name) => [locate(source, parts[name].module), name]));
  return {
    name: 'divide',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /./ }, ({ path, resolveDir }) => {
        const name = places.get(path.startsWith('.') ? resolve(resolveDir, path) : path);
        return name === undefined ? undefined : { path: name, namespace: 'part', sideEffects: false };
      });
      onLoad({ filter: /./, namespace: 'part' }, ({ path }) => ({ contents: writeStub(path) }));
    },
  };
}

function writeStub(part) {
  const calls = parts[part].names.map(
    (name) => `export function ${name}(...given) {
  const real = load().${name};
  return new.target ? Reflect.construct(real, given) : real(...given);
}`,
  );
  return `function load() {
  const part = ${JSON.stringify(part)};
  if (!globalThis[part]) std.loadScript(scriptArgs[0].replace(/[^/]*$/, part + '.js'));
  return globalThis[part];
}
${calls.join('\n')}`;
}

/** The program's side of what is shared. */
function lend(source) {
  return ofShared(source, async (path, module) => ({
    contents: `${await readFile(path, 'utf8')}
(globalThis as any)[${JSON.stringify(module)}] = { ${shared[module].join(', ')} };`,
    loader: 'ts',
  }));
}

/** The parts' side. */
function borrow(source) {
  return ofShared(source, (_, module) => ({
    contents: `export const { ${shared[module].join(', ')} } = globalThis[${JSON.stringify(module)}];`,
  }));
}

function ofShared(source, load) {
  return {
    name: 'shared',
    setup({ onLoad }) {
      for (const module of Object.keys(shared)) {
        const filter = new RegExp(`/${module.replaceAll('.', '[.]')}$`);
        onLoad({ filter }, ({ path }) => (path === join(source, module) ? load(path, module) : undefined));
      }
    },
  };
}
