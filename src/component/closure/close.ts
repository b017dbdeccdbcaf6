// The closure of what a component names under `programs` and `plugins`: their interpreters and loaders, the libraries that
// the loader would map, breadth first as it does, and every link on the way. What is missing is told with who asked for it.
import { CatamaranError, type Diagnostic } from '../../base/errors.ts';
import { sortDiagnostics } from '../../document/problems.ts';
import type { FileNode } from '../../tree/node.ts';
import type { TreePath } from '../../tree/tree.ts';
import type { ElfFacts } from './elf.ts';
import { type FoundLibrary, findLibrary, type LibrarySearch } from './find-library.ts';
import { findWanted } from './find-wanted.ts';
import { followLinks, type Way } from './follow-links.ts';
import { createInspector } from './inspect.ts';
import { expandRunPath, runsOn } from './library-search.ts';
import { missingLibrary, missingProgram, shippedTwice, unfitProgram } from './problems.ts';
import { mergedPath } from './shipped.ts';
import type { NamedProgram, Taken, TakenReason } from './taken.ts';

export interface ClosureRequest extends Omit<LibrarySearch, 'inspect'> {
  readonly programs: readonly NamedProgram[];
  readonly plugins: readonly NamedProgram[];
  /** Packages that the component is cut at, for the remedy. */
  readonly without: readonly string[];
}

interface Found {
  readonly path: TreePath;
  readonly file: FileNode;
}

interface Mapped extends Found {
  readonly facts: ElfFacts;
  /** DT_RPATH of whoever brought it, the nearest first. */
  readonly inherited: readonly TreePath[];
}

/** Throws all that is missing at once, fault 'spec'. */
export async function closePrograms(request: ClosureRequest): Promise<Taken> {
  const { shipped, arch, without } = request;
  const taken = new Map<TreePath, TakenReason>();
  const problems: Diagnostic[] = [];
  const inspect = createInspector();
  const search = { ...request, inspect };
  /** Name → path, of every library so far: what a plugin needs and its own search does not find, its program has. */
  const libraries = new Map<string, TreePath>();
  const started = new Set<TreePath>();

  for (const { wanted, path } of findWanted(request.programs, shipped, problems)) {
    const found = take(path, { how: 'named by programs', root: wanted });
    if (found) await start(found, 'program');
  }
  for (const { wanted, path } of findWanted(request.plugins, shipped, problems)) {
    const found = take(path, { how: 'named by plugins', root: wanted });
    if (found) await start(found, 'plugin');
  }
  const [first, ...rest] = sortDiagnostics(problems);
  if (first !== undefined) throw new CatamaranError('spec', [first, ...rest]);
  return taken;

  /** The path, the links that it leads through, and the file at their end. */
  function take(path: TreePath, reason: TakenReason): Found | undefined {
    const way = followLinks(shipped, path);
    if (!way?.file) {
      problems.push(missingProgram(path, reason, taken, shipped, way?.path));
      return undefined;
    }
    takeWay(way, reason);
    return { path: way.path, file: way.file };
  }

  function takeWay({ links, path }: Way, reason: TakenReason): void {
    let next = reason;
    for (const each of [...links, path]) {
      const there = shipped.get(each)!;
      if (!taken.has(each)) {
        taken.set(each, next);
        if (there.rival !== undefined) problems.push(shippedTwice(each, there, taken));
      }
      next = { by: each, how: 'where the link leads', root: reason.root };
    }
  }

  /** All that the kernel and the loader need to run it, or to open it as a plugin. */
  async function start({ path, file }: Found, as: 'program' | 'plugin'): Promise<void> {
    if (started.has(path)) return;
    started.add(path);
    const { root } = taken.get(path)!;
    const inspection = await inspect(file);
    if (inspection.kind === 'script') {
      const { interpreter, program } = inspection.shebang;
      await startFor(interpreter.replace(/^\/+/, ''), { by: path, how: 'its interpreter', root });
      if (program !== undefined) {
        const at = ['usr/bin', 'usr/sbin'].map((directory) => `${directory}/${program}`);
        const known = at.find((each) => shipped.has(each)) ?? at[0]!;
        await startFor(known, { by: path, how: 'its interpreter, by env', root });
      }
    } else if (inspection.kind === 'elf') {
      const { facts } = inspection;
      if (as === 'program' && !runsOn(arch, facts))
        problems.push(unfitProgram(path, taken, `it is for another machine than ${arch}`));
      if (facts.loader !== undefined) {
        await startFor(facts.loader.replace(/^\/+/, ''), { by: path, how: 'its loader', root });
      }
      await mapLibraries({ path, file, facts, inherited: [] }, as);
    } else if (inspection.kind === 'malformed') {
      problems.push(unfitProgram(path, taken, inspection.why));
    } else if (as === 'program') {
      problems.push(unfitProgram(path, taken, 'it is neither an ELF file nor a script'));
    }
  }

  async function startFor(path: TreePath, reason: TakenReason): Promise<void> {
    const found = take(mergedPath(path), reason);
    if (found) await start(found, 'program');
  }

  /** As the loader does: each name once in a process, whoever needs it first. */
  async function mapLibraries(object: Mapped, as: 'program' | 'plugin'): Promise<void> {
    const loaded = new Set<string>();
    const open = [object];
    for (let at = 0; at < open.length; at += 1) {
      const { path, facts, inherited } = open[at]!;
      const own = facts.rpath.flatMap((each) => expandRunPath(each, path, arch) ?? []);
      const chain = facts.runpath === undefined ? [...own, ...inherited] : [];
      const { root } = taken.get(path)!;
      for (const name of facts.needed) {
        if (loaded.has(name)) continue;
        loaded.add(name);
        const reason = { by: path, how: `needed as ${name}`, root };
        const found = await findLibrary(name, { path, facts, chain }, search);
        if (found === undefined) {
          const known = as === 'plugin' ? libraries.get(name) : undefined;
          if (known === undefined) problems.push(missingLibrary(name, path, taken, without, root));
          continue;
        }
        const library = takeLibrary(name, found, reason);
        libraries.set(name, library.path);
        if (library.facts.soname !== undefined) loaded.add(library.facts.soname);
        if (!open.some((each) => each.path === library.path)) open.push({ ...library, inherited: chain });
      }
    }
  }

  function takeLibrary(
    name: string,
    { way, facts, conf }: FoundLibrary,
    reason: TakenReason & { readonly by: TreePath },
  ): Omit<Mapped, 'inherited'> {
    takeWay(way, reason);
    if (conf !== undefined && !taken.has(conf))
      taken.set(conf, { by: reason.by, how: `names the directory of ${name}`, root: reason.root });
    return { path: way.path, file: way.file, facts };
  }
}
