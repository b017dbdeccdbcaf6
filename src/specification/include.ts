// The files of one spec: those that are named, each after those that it includes.
import { dirname, isAbsolute, join, normalize } from 'node:path';
import { CatamaranError, type Diagnostic, messageOf } from '../base/errors.ts';
import type { Position } from '../base/position.ts';
import { childOf } from '../document/pointer.ts';
import type { Problems } from '../document/problems.ts';
import { type ParsedYaml, parseYaml } from '../document/yaml.ts';
import type { Surroundings } from './reading.ts';

export interface SpecText {
  /** As the person named it; `-` for standard input. Paths in it are relative to its directory. */
  readonly file: string;
  readonly text: string;
}

/** A spec is written by people: more files than this is a mistake. */
const maxFiles = 100;

/**
 * Each file once, in the order in which they count, with their `include` taken out. What is wrong goes to `problems`, and
 * is thrown at once where a file is missing: the rest cannot be judged without it.
 */
export function expandIncludes(
  files: readonly SpecText[],
  around: Surroundings,
  problems: Problems,
): readonly [ParsedYaml, ...ParsedYaml[]] {
  const expansion: Expansion = {
    around,
    problems,
    parts: [],
    done: new Set(),
    missing: false,
  };
  for (const { file, text } of files) {
    if (!expansion.done.has(normalize(file))) expand(expansion, file, text, []);
  }
  if (expansion.missing) problems.throwIfAny();
  const [first, ...rest] = expansion.parts;
  if (first === undefined) throw new Error('a spec of no files');
  return [first, ...rest];
}

interface Expansion {
  readonly around: Surroundings;
  readonly problems: Problems;
  readonly parts: ParsedYaml[];
  readonly done: Set<string>;
  missing: boolean;
}

function expand(expansion: Expansion, file: string, text: string, open: readonly string[]): void {
  const { parts, done } = expansion;
  const part = attemptParse(expansion, file, text);
  done.add(normalize(file));
  if (!part) {
    expansion.missing = true;
    return;
  }
  if (part.value === null) {
    parts.push(emptyPart(part));
    return;
  }
  const fields = part.value as Record<string, unknown>;
  const include = typeof fields === 'object' && !Array.isArray(fields) && fields.include;
  // What is not a list of texts is left for the schema to refuse.
  if (Array.isArray(include) && include.every((path) => typeof path === 'string')) {
    include.forEach((path, index) => {
      const position = part.source.positionOf(childOf('/include', index));
      includeFile(expansion, file, path, position, [...open, file]);
    });
    delete fields.include;
  }
  parts.push(part);
}

/** LinuxKit takes a file with nothing in it, or with comments alone, for one without keys. */
function emptyPart(part: ParsedYaml): ParsedYaml {
  const position = part.source.positionOf('');
  const warning: Diagnostic = {
    code: 'spec-empty',
    message: 'the file is empty',
    hint: 'Was another one meant?',
    position,
  };
  return { ...part, value: {}, warnings: [...part.warnings, warning] };
}

function includeFile(
  expansion: Expansion,
  from: string,
  path: string,
  position: Position,
  open: readonly string[],
): void {
  const { around, problems, done } = expansion;
  const file = isAbsolute(path) ? path : join(dirname(from), path);
  const start = open.findIndex((each) => normalize(each) === normalize(file));
  if (start !== -1) {
    problems.add(position, {
      code: 'include-cycle',
      message: `the files include each other: ${[...open.slice(start), file].join(' → ')}`,
      hint: 'Remove one of these includes.',
    });
    return;
  }
  if (done.has(normalize(file))) return;
  const refuse = (why: string): void => {
    expansion.missing = true;
    problems.add(position, {
      code: 'include-unreadable',
      message: `${file} cannot be included: ${why}`,
      hint: 'Paths are relative to the file that includes.',
    });
  };
  if (done.size >= maxFiles) {
    refuse(`there are more than ${maxFiles} files`);
    return;
  }
  if (!around.read) {
    refuse('no other file is read here');
    return;
  }
  let text: string;
  try {
    text = around.read(file);
  } catch (error) {
    refuse(messageOf(error));
    return;
  }
  expand(expansion, file, text, open);
}

function attemptParse({ problems }: Expansion, file: string, text: string): ParsedYaml | undefined {
  try {
    return parseYaml(file, text, problems);
  } catch (error) {
    if (!(error instanceof CatamaranError)) throw error;
    problems.addAll(error.diagnostics);
    return undefined;
  }
}
