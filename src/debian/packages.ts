// Packages indexes: megabytes of deb822 text, read in one pass into a compact table with what the solver needs,
// which is kept in the cache and searched without being parsed as a whole.
//
// The table is latin1 text. First the packages, sorted by name, one on each line, their fields parted by tabs in the
// order of `columns`; then an empty line; then the names that are provided, sorted, one on each line: the name, a tab,
// the names of the packages that provide it, parted by spaces.
import { type Arch, isArch } from '../base/arch.ts';
import { digestFromHex } from '../base/digest.ts';
import { CatamaranError } from '../base/errors.ts';
import { byName } from '../base/order.ts';
import type { LockedPackage, Pocket } from '../packages/locked.ts';

/** A part of the key under which a table is cached: to be raised when the form of the table changes. */
export const tableFormat = 1;

/** A package as its index describes it. Relations are as written. */
export interface Package extends LockedPackage {
  readonly source: string;
  /** In KiB, as declared; 0 when it is not. */
  readonly installedSize: number;
  readonly essential: boolean;
  readonly multiArch: string;
  readonly preDepends: string;
  readonly depends: string;
  readonly provides: string;
  readonly conflicts: string;
  readonly breaks: string;
}

const columns = [
  'Package',
  'Version',
  'Architecture',
  'Filename',
  'SHA256',
  'Size',
  'Source',
  'Installed-Size',
  'Essential',
  'Multi-Arch',
  'Pre-Depends',
  'Depends',
  'Provides',
  'Conflicts',
  'Breaks',
] as const;
const columnOf = new Map<string, number>(columns.map((name, index) => [name, index]));
const providesColumn = columnOf.get('Provides')!;

/** Reads the text of a Packages index. `what` names it in errors. */
export async function makeTable(index: AsyncIterable<Uint8Array>, what: string): Promise<Uint8Array> {
  const packages: { name: string; line: string }[] = [];
  const providers = new Map<string, Set<string>>();
  let stanza: string[] = new Array(columns.length).fill('');
  let current: number | undefined;
  let started = false;

  const finish = () => {
    if (!started) return;
    const name = stanza[0]!;
    if (stanza.slice(0, 6).includes('')) throw malformed(what, name, 'lacks one of its required fields');
    packages.push({ name, line: stanza.join('\t') });
    for (const provided of providedNames(stanza[providesColumn]!)) {
      const known = providers.get(provided);
      if (known) known.add(name);
      else providers.set(provided, new Set([name]));
    }
    stanza = new Array(columns.length).fill('');
    current = undefined;
    started = false;
  };

  for await (const lines of wholeLines(index)) {
    for (let start = 0; start < lines.length; ) {
      const end = lines.indexOf('\n', start);
      const first = lines.charCodeAt(start);
      if (end === start) finish();
      else if (first === 0x20 || first === 0x09) {
        if (current !== undefined) stanza[current] += ` ${clean(lines.slice(start, end))}`;
      } else {
        const colon = lines.indexOf(':', start);
        if (colon === -1 || colon > end) throw malformed(what, stanza[0]!, 'has a line without a colon');
        current = columnOf.get(lines.slice(start, colon));
        if (current !== undefined) stanza[current] = clean(lines.slice(colon + 1, end));
        started = true;
      }
      start = end + 1;
    }
  }
  finish();
  packages.sort((a, b) => byName(a.name, b.name));
  const provided = [...providers].sort(([a], [b]) => byName(a, b));
  const text = [
    ...packages.map(({ line }) => line),
    '',
    ...provided.map(([name, by]) => `${name}\t${[...by].sort(byName).join(' ')}`),
    '',
  ];
  return Buffer.from(text.join('\n'), 'latin1');
}

/** Texts that end at a line's end. A last line without a line break gets one. */
async function* wholeLines(source: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of source) {
    const text = rest + Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length).toString('latin1');
    const end = text.lastIndexOf('\n') + 1;
    if (end > 0) yield text.slice(0, end);
    rest = text.slice(end);
  }
  if (rest !== '') yield `${rest}\n`;
}

/** No tab can get into the table by a value. */
function clean(value: string): string {
  const trimmed = value.trim();
  return trimmed.includes('\t') ? trimmed.replaceAll('\t', ' ') : trimmed;
}

/** `a (= 1), b` → a, b */
function providedNames(provides: string): string[] {
  if (provides === '') return [];
  return provides.split(',').map((part) => /^\s*([^\s(:]*)/.exec(part)![1]!);
}

export interface PackageTable {
  /** All packages of that name, as they stand in the index. */
  find(name: string): Package[];
  /** The names of the packages that provide `name`. */
  providersOf(name: string): string[];
  names(): string[];
}

/** `what` names the index in errors. */
export function openTable(bytes: Uint8Array, pocket: Pocket, what: string): PackageTable {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
  const packagesEnd = text.startsWith('\n') ? 0 : text.indexOf('\n\n') + 1;
  const lineAt = (start: number) => text.slice(start, text.indexOf('\n', start));
  return {
    find(name) {
      const found: Package[] = [];
      let start = findLine(text, name, 0, packagesEnd);
      while (start < packagesEnd && text.startsWith(`${name}\t`, start)) {
        const line = lineAt(start);
        found.push(readPackage(line, pocket, what));
        start += line.length + 1;
      }
      return found;
    },
    providersOf(name) {
      const start = findLine(text, name, packagesEnd + 1, text.length);
      return text.startsWith(`${name}\t`, start) ? lineAt(start).split('\t')[1]!.split(' ') : [];
    },
    names() {
      const lines = text.slice(0, packagesEnd).split('\n');
      return [...new Set(lines.map((line) => line.slice(0, line.indexOf('\t'))))].filter(
        (name) => name !== '',
      );
    },
  };
}

/** Binary search: the first of the sorted lines between two offsets whose name is not before `name`. */
function findLine(text: string, name: string, from: number, to: number): number {
  let low = from;
  let high = to;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const start = middle === low ? low : Math.max(low, text.lastIndexOf('\n', middle - 1) + 1);
    if (text.slice(start, text.indexOf('\t', start)) < name) low = text.indexOf('\n', start) + 1;
    else high = start;
  }
  return low;
}

function readPackage(line: string, pocket: Pocket, what: string): Package {
  const [name, version, arch, path, sha256, size, source, installedSize, essential, multiArch, ...relations] =
    line.split('\t') as [string, string, string, string, string, string, string, string, string, string];
  const [preDepends, depends, provides, conflicts, breaks] = relations as string[];
  if (!isArchOrAll(arch) || !isPoolPath(path) || !/^\d{1,15}$/.test(size) || !/^[^\s_/]+$/.test(version)) {
    throw malformed(what, name, 'has an architecture, version, path or size that cannot be read');
  }
  return {
    name,
    version,
    arch,
    pocket,
    path,
    digest: digestFromHex(sha256, `the SHA256 of ${name} in ${what}`),
    size: Number(size),
    // `name (version)` when they differ from the package's own.
    source: /^\S*/.exec(source)![0] || name,
    installedSize: Number(installedSize) || 0,
    essential: essential === 'yes',
    multiArch,
    preDepends: preDepends!,
    depends: depends!,
    provides: provides!,
    conflicts: conflicts!,
    breaks: breaks!,
  };
}

const isArchOrAll = (text: string): text is Arch | 'all' => text === 'all' || isArch(text);

/** Relative, and below the base URL. */
function isPoolPath(path: string): boolean {
  return /^[^/\s?#%\\]+(?:\/[^/\s?#%\\]+)*$/.test(path) && !path.split('/').includes('..');
}

function malformed(what: string, name: string, problem: string): CatamaranError {
  return new CatamaranError('integrity', {
    code: 'debian-index-malformed',
    message: `${what}: the package ${JSON.stringify(name)} ${problem}`,
    hint: 'The archive is damaged or newer than this program: try another mirror, or report it.',
  });
}
