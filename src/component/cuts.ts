// What several components share of their cuts: files with `without`, `programs`, `plugins`, `include` and `exclude`, which a
// component names under `cuts` and which count as if they stood in its component.yml, before its own.
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { CatamaranError, messageOf } from '../base/errors.ts';
import { readDocument } from '../document/document.ts';
import { childOf } from '../document/pointer.ts';
import type { SourceMap } from '../document/source-map.ts';
import { validateComponent } from '../document/validators.generated.ts';
import type { NamedProgram } from './closure/taken.ts';
import { readWanted } from './closure/wanted.ts';
import type { ComponentDocument } from './component.generated.ts';

type Globs = Pick<ComponentDocument, 'without' | 'include' | 'exclude'>;

interface Cuts extends Globs {
  readonly programs: readonly NamedProgram[];
  readonly plugins: readonly NamedProgram[];
}

interface Cutting extends Cuts {
  /** Relative to the directory. */
  readonly cuts: readonly string[];
  readonly directory: string;
  readonly source: SourceMap;
}

export async function addCuts<T extends Cutting>(definition: T): Promise<T> {
  if (definition.cuts.length === 0) return definition;
  const shared = await Promise.all(definition.cuts.map((_, index) => readCuts(definition, index)));
  const all = [...shared, definition];
  const include = joined(all, 'include');
  return {
    ...definition,
    without: joined(all, 'without'),
    ...(include.length === 0 ? {} : { include }),
    exclude: joined(all, 'exclude'),
    programs: all.flatMap(({ programs }) => programs),
    plugins: all.flatMap(({ plugins }) => plugins),
  };
}

function joined(all: readonly Cuts[], key: keyof Globs): string[] {
  return [...new Set(all.flatMap((each) => each[key] ?? []))];
}

async function readCuts({ cuts, directory, source }: Cutting, index: number): Promise<Cuts> {
  const file = resolve(directory, cuts[index]!);
  const text = await readFile(file, 'utf8').catch((cause) => {
    throw new CatamaranError(
      'spec',
      {
        code: 'component-file-unreadable',
        message: `a file of the component cannot be read: ${file}: ${messageOf(cause)}`,
        hint: 'Take it along where the component was copied from, or write its lists into component.yml.',
        position: source.positionOf(childOf('/cuts', index)),
      },
      { cause },
    );
  });
  const read = readDocument<ComponentDocument>('component.schema.json', validateComponent, file, text);
  const { summary: _, without, programs: __, plugins: ___, include, exclude, ...others } = read.value;
  for (const key of Object.keys(others)) {
    read.problems.add(read.source.positionOf(childOf('', key)), {
      code: 'spec-unknown-key',
      message: `cuts that are shared have no "${key}"`,
      hint: 'Write it into the component.yml of each component.',
    });
  }
  read.problems.throwIfAny();
  return {
    programs: readWanted(read.value, 'programs', read.source),
    plugins: readWanted(read.value, 'plugins', read.source),
    ...(without ? { without } : {}),
    ...(include ? { include } : {}),
    ...(exclude ? { exclude } : {}),
  };
}
