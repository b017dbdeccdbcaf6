// Where a component begins: component.yml → ComponentDefinition, checked, defaults filled in.
// The files that it names are only known by their paths here; build.ts and its like read them.
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { CatamaranError, messageOf } from '../base/errors.ts';
import { byName, sortedEntries } from '../base/order.ts';
import { readDocument } from '../document/document.ts';
import { childOf, type JsonPointer } from '../document/pointer.ts';
import type { Problems } from '../document/problems.ts';
import { parseImagePath, parseMode } from '../document/scalars.ts';
import type { SourceMap } from '../document/source-map.ts';
import { validateComponent } from '../document/validators.generated.ts';
import type { PackageOrigin } from '../packages/source.ts';
import type { RawContainerSettings } from '../specification/spec.generated.ts';
import type { NamedProgram } from './closure/taken.ts';
import { readWanted } from './closure/wanted.ts';
import type { ComponentDocument } from './component.generated.ts';
import { addCuts } from './cuts.ts';

export type Generator = NonNullable<ComponentDocument['generate']>[number];

export interface ComponentDefinition {
  /** The directory's name. */
  readonly name: string;
  readonly directory: string;
  readonly summary: string;
  /** Markdown; empty where there is none. */
  readonly description: string;
  /** Where its packages come from; absent: from the usual place. */
  readonly from?: PackageOrigin;
  readonly packages: readonly string[];
  readonly without: readonly string[];
  /** With these, only they, what they need, and what `include` names is taken. */
  readonly programs: readonly NamedProgram[];
  readonly plugins: readonly NamedProgram[];
  /** Globs; absent: everything, or with programs nothing. */
  readonly include?: readonly string[];
  readonly exclude: readonly string[];
  /** Files whose cuts are among the above once the component is read from its directory. */
  readonly cuts: readonly string[];
  readonly users: readonly ComponentUser[];
  readonly groups: readonly ComponentGroup[];
  readonly directories: readonly OwnedPath[];
  readonly files: readonly ComponentFile[];
  readonly symlinks: readonly { readonly path: string; readonly target: string }[];
  /** The host's directory whose files are laid over. */
  readonly tree?: string;
  readonly generate: readonly Generator[];
  /** Kernel modules. */
  readonly modules: readonly string[];
  /** Paths on the machine, `tcp:PORT`, `udp:PORT`. */
  readonly sockets: readonly string[];
  readonly config: ComponentConfig;
  /** LinuxKit's label org.mobyproject.config; absent where the component says nothing. */
  readonly runtime?: RawContainerSettings;
  /** Points at lines of component.yml: `source.positionOf('/packages/0')`. */
  readonly source: SourceMap;
}

export interface ComponentUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
  readonly shell: string;
  readonly gecos: string;
}

export interface ComponentGroup {
  readonly name: string;
  readonly gid: number;
  readonly members: readonly string[];
}

/** Paths as in a Tree: without a leading slash. */
export interface OwnedPath {
  readonly path: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

export interface ComponentFile extends OwnedPath {
  readonly content:
    | { readonly kind: 'contents'; readonly text: string }
    /** A file of the host. */
    | { readonly kind: 'source'; readonly path: string };
}

export interface ComponentConfig {
  readonly entrypoint: readonly string[];
  readonly cmd: readonly string[];
  /** Sorted by name. */
  readonly env: ReadonlyMap<string, string>;
  readonly workingDir: string;
  readonly user: string;
}

const fileName = 'component.yml';

export async function readComponent(directory: string): Promise<ComponentDefinition> {
  const file = join(directory, fileName);
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    const hint = 'A component is a directory with a component.yml.';
    throw new CatamaranError(
      'spec',
      { code: 'component-unreadable', message: `${directory} is no component: ${messageOf(error)}`, hint },
      { cause: error },
    );
  }
  return addCuts(parseComponent(directory, text));
}

/** The component whose component.yml has this text, without what its `cuts` say. */
export function parseComponent(directory: string, text: string): ComponentDefinition {
  const { value, source, problems } = readDocument<ComponentDocument>(
    'component.schema.json',
    validateComponent,
    join(directory, fileName),
    text,
  );
  const definition: ComponentDefinition = {
    name: basename(directory),
    directory,
    summary: value.summary,
    description: value.description ?? '',
    ...(value.from === undefined ? {} : { from: readOrigin(value.from) }),
    packages: value.packages ?? [],
    without: value.without ?? [],
    programs: readWanted(value, 'programs', source),
    plugins: readWanted(value, 'plugins', source),
    ...(value.include === undefined ? {} : { include: value.include }),
    exclude: value.exclude ?? [],
    cuts: value.cuts ?? [],
    users: (value.users ?? []).map((user) => ({
      home: '/nonexistent',
      shell: '/usr/sbin/nologin',
      gecos: '',
      ...user,
    })),
    groups: (value.groups ?? []).map((group) => ({ members: [], ...group })),
    directories: (value.directories ?? []).map((raw, index) =>
      ownedPath(raw, childOf('/directories', index), 0o755, source, problems),
    ),
    files: (value.files ?? []).map((raw, index) => readFileEntry(directory, raw, index, source, problems)),
    symlinks: (value.symlinks ?? []).map(({ path, target }, index) => ({
      path: imagePath(path, childOf(childOf('/symlinks', index), 'path'), source, problems),
      target,
    })),
    ...(value.tree === undefined ? {} : { tree: join(directory, value.tree) }),
    generate: value.generate ?? [],
    modules: value.modules ?? [],
    sockets: value.sockets ?? [],
    config: readConfig(value.config),
    ...(value.runtime === undefined ? {} : { runtime: value.runtime }),
    source,
  };
  checkUnique(value, source, problems);
  problems.throwIfAny();
  return definition;
}

/** `SOURCE/RELEASE`, or `{SOURCE: RELEASE, components: […]}`. The schema has checked the names. */
function readOrigin(from: NonNullable<ComponentDocument['from']>): PackageOrigin {
  if (typeof from === 'string') {
    const [source, release] = from.split('/') as [string, string];
    return { source, release };
  }
  const { components, ...named } = from;
  const [[source, release]] = Object.entries(named) as [[string, string]];
  return { source, release, ...(components ? { components } : {}) };
}

/** Names of the directories below `root` that have a component.yml, sorted. */
export async function listComponents(root: string): Promise<string[]> {
  const entries = await readdir(root, { withFileTypes: true });
  const found = await Promise.all(
    entries.map(async ({ name }) => {
      const file = await stat(join(root, name, fileName)).catch(() => undefined);
      return file?.isFile() ? [name] : [];
    }),
  );
  return found.flat().sort(byName);
}

interface RawOwned {
  readonly path: string;
  readonly mode?: string;
  readonly uid?: number;
  readonly gid?: number;
}

function ownedPath(
  raw: RawOwned,
  pointer: JsonPointer,
  defaultMode: number,
  source: SourceMap,
  problems: Problems,
): OwnedPath {
  return {
    path: imagePath(raw.path, childOf(pointer, 'path'), source, problems),
    mode: raw.mode === undefined ? defaultMode : parseMode(raw.mode),
    uid: raw.uid ?? 0,
    gid: raw.gid ?? 0,
  };
}

function imagePath(path: string, pointer: JsonPointer, source: SourceMap, problems: Problems): string {
  return (
    problems.attempt(
      () => source.positionOf(pointer),
      () => parseImagePath(path),
    ) ?? path
  );
}

function readFileEntry(
  directory: string,
  raw: NonNullable<ComponentDocument['files']>[number],
  index: number,
  source: SourceMap,
  problems: Problems,
): ComponentFile {
  const pointer = childOf('/files', index);
  if ((raw.contents === undefined) === (raw.source === undefined)) {
    problems.add(source.positionOf(pointer), {
      code: 'spec-file-content',
      message: `${raw.path} has ${raw.contents === undefined ? 'no content' : 'both contents and source'}`,
      hint: 'Give it exactly one of contents and source.',
    });
  }
  return {
    ...ownedPath(raw, pointer, 0o644, source, problems),
    content:
      raw.source === undefined
        ? { kind: 'contents', text: raw.contents ?? '' }
        : { kind: 'source', path: join(directory, raw.source) },
  };
}

function readConfig(raw: ComponentDocument['config']): ComponentConfig {
  return {
    entrypoint: raw?.entrypoint ?? [],
    cmd: raw?.cmd ?? [],
    env: new Map(sortedEntries(raw?.env ?? {})),
    workingDir: raw?.workingDir ?? '/',
    user: raw?.user ?? '0:0',
  };
}

/** One name for each user and group, one path for each thing that is written. */
function checkUnique(value: ComponentDocument, source: SourceMap, problems: Problems): void {
  const check = (what: string, sections: readonly (keyof ComponentDocument)[], key: string) => {
    const seen = new Map<string, JsonPointer>();
    for (const section of sections) {
      const items = (value[section] ?? []) as readonly Readonly<Record<string, unknown>>[];
      items.forEach((item, index) => {
        const pointer = childOf(childOf(`/${section}`, index), key);
        const name = String(item[key]).replace(/\/+$/, '');
        const first = seen.get(name);
        if (first === undefined) seen.set(name, pointer);
        else {
          problems.add(source.positionOf(pointer), {
            code: 'spec-duplicate-name',
            message: `two ${what} are ${JSON.stringify(name)}, the first in line ${source.positionOf(first).line}`,
            hint: 'Keep one of them.',
          });
        }
      });
    }
  };
  check('users', ['users'], 'name');
  check('groups', ['groups'], 'name');
  check('paths', ['directories', 'files', 'symlinks'], 'path');
}
