// Reads specs from the host, with what they may refer to there: texts, components, the files beside them.
import { createReadStream, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { ErrorCode } from '../base/error-codes.ts';
import { CatamaranError, type Diagnostic, messageOf } from '../base/errors.ts';
import { byName } from '../base/order.ts';
import { formatSize } from '../base/size.ts';
import { listComponents, parseComponent, readComponent } from '../component/definition.ts';
import { readSpecs } from '../specification/read.ts';
import type { Spec } from '../specification/types.ts';
import type { Context } from './context.ts';
import { fetchSpec, isWebAddress } from './fetch-spec.ts';
import { findSharedSockets } from './shared-sockets.ts';

export interface SpecSource {
  /** As the person named it, or several that are merged into one; `-` is standard input, and some have an address. */
  readonly file: string | readonly [string, ...string[]];
  /** What relative paths start from; the process's own working directory when absent. */
  readonly cwd?: string;
  readonly stdin?: AsyncIterable<Uint8Array | string>;
  /** Values of the spec's variables, as they were written on the command line. */
  readonly set?: Readonly<Record<string, string>>;
}

export type SpecContext = Pick<Context, 'componentsRoot' | 'home' | 'signal' | 'transport'> &
  Partial<Pick<Context, 'offline'>>;

/** In bytes. A spec is written by people; what is larger is another file. */
const maxSize = 4 * 1024 ** 2;

export async function loadSpec(
  { file, cwd = '.', stdin, set = {} }: SpecSource,
  context: SpecContext,
): Promise<Spec> {
  const { componentsRoot, home, signal } = context;
  const names = typeof file === 'string' ? ([file] as const) : file;
  const read = async (name: string) => {
    if (isWebAddress(name)) return fetchSpec(name, maxSize, context);
    const source = name === '-' && stdin ? stdin : createReadStream(resolve(cwd, name), { signal });
    return { file: name, text: await readText(source, name, signal) };
  };
  const [first, ...rest] = names;
  const texts = [await read(first), ...(await Promise.all(rest.map(read)))] as const;
  const components = await listComponents(componentsRoot);
  const spec = readSpecs(texts, {
    components,
    home,
    exists: (path) => existsSync(resolve(cwd, path)),
    isDirectory: (path) => statSync(resolve(cwd, path), { throwIfNoEntry: false })?.isDirectory() === true,
    matching: (pattern) => listMatching(pattern, cwd),
    checkComponent: (directory) => checkComponent(directory, cwd),
    read: (path) => readIncluded(resolve(cwd, path)),
    set,
  });
  const [shared, ...more] = await findSharedSockets(spec, (reference) =>
    readComponent(
      reference.kind === 'component' ? join(componentsRoot, reference.name) : resolve(cwd, reference.path),
    ).catch(() => undefined),
  );
  if (shared) throw new CatamaranError('spec', [shared, ...more]);
  return spec;
}

async function readText(
  source: AsyncIterable<Uint8Array | string>,
  named: string,
  signal: AbortSignal,
): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of source) {
      size += chunk.length;
      if (size > maxSize) throw unreadable(named, 'spec-too-large', `is larger than ${formatSize(maxSize)}`);
      chunks.push(Buffer.from(chunk));
    }
    return decode(Buffer.concat(chunks));
  } catch (thrown) {
    if (thrown instanceof CatamaranError || signal.aborted) throw thrown;
    throw explain(named, thrown);
  }
}

/** With one `*`. */
function listMatching(pattern: string, cwd: string): string[] {
  const [before = '', after = '', ...more] = basename(pattern).split('*');
  const directory = dirname(pattern);
  if (more.length > 0 || !existsSync(resolve(cwd, directory))) return [];
  return readdirSync(resolve(cwd, directory))
    .filter((name) => name.length >= before.length + after.length)
    .filter((name) => name.startsWith(before) && name.endsWith(after))
    .sort(byName)
    .map((name) => join(directory, name));
}

/** What its component.yml has; the files that it names are looked at when it is built. */
function checkComponent(directory: string, cwd: string): readonly Diagnostic[] {
  try {
    parseComponent(directory, readIncluded(resolve(cwd, directory, 'component.yml')));
    return [];
  } catch (thrown) {
    if (thrown instanceof CatamaranError) return thrown.diagnostics;
    const message = `${join(directory, 'component.yml')} cannot be read: ${messageOf(thrown)}`;
    return [
      { code: 'component-unreadable', message, hint: 'A component is a directory with a component.yml.' },
    ];
  }
}

/** Includes and profiles: small, and read while the spec is read. */
function readIncluded(path: string): string {
  const { size } = statSync(path);
  if (size > maxSize) throw new Error(`it is larger than ${formatSize(maxSize)}`);
  return decode(readFileSync(path));
}

/** UTF-8, or UTF-16 with a byte order mark, as YAML has it. */
function decode(bytes: Uint8Array): string {
  const [first, second] = bytes;
  const encoding =
    first === 0xff && second === 0xfe ? 'utf-16le' : first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8';
  return new TextDecoder(encoding, { fatal: true }).decode(bytes);
}

function explain(named: string, thrown: unknown): CatamaranError {
  switch ((thrown as NodeJS.ErrnoException).code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return unreadable(named, 'spec-not-found', 'does not exist', thrown);
    case 'EISDIR':
      return unreadable(named, 'spec-is-directory', 'is a directory', thrown);
    case 'ERR_ENCODING_INVALID_ENCODED_DATA':
      return unreadable(named, 'spec-not-text', 'is not UTF-8 text', thrown);
    default:
      return unreadable(named, 'spec-unreadable', `cannot be read: ${messageOf(thrown)}`, thrown);
  }
}

function unreadable(named: string, code: ErrorCode, why: string, cause?: unknown): CatamaranError {
  const hint = 'Name a spec: a YAML file such as those in examples/.';
  return new CatamaranError('usage', { code, message: `${named} ${why}`, hint }, { cause });
}
