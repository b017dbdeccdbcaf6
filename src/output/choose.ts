// Which formats a build writes: those that were asked for, else the spec's `outputs`, else a disk; or all that can be made of
// the spec for its architecture, and why the others cannot.
import { CatamaranError, type Diagnostic, messageOf } from '../base/errors.ts';
import type { LockedSpec } from '../lock/locked-spec.ts';
import type { Spec, WantedOutput } from '../specification/types.ts';
import type { Format } from './format.ts';
import { type FormatName, formatNamed, formats, parseFormats } from './formats.ts';
import { type OutputPlace, outputFiles } from './outputs.ts';
import { planBuild } from './plan.ts';

export type AskedFormats = readonly FormatName[] | 'all' | undefined;

export interface ChosenFormats {
  readonly names: readonly FormatName[];
  /** Of `all`: what is not made, and why. */
  readonly left: readonly { readonly format: FormatName; readonly why: string }[];
}

const usual: readonly FormatName[] = ['qcow2'];

export function chooseFormats(locked: LockedSpec, asked: AskedFormats, place: OutputPlace): ChosenFormats {
  checkOutputs(locked.spec);
  if (asked === 'all') return chooseAll(locked, place);
  if (asked) return { names: asked, left: [] };
  const wanted = locked.spec.outputs.map(({ format }) => format as FormatName);
  return { names: wanted.length > 0 ? wanted : usual, left: [] };
}

/** Every mistake of the spec's `outputs` that only the table of formats shows. */
export function checkOutputs({ outputs, source }: Pick<Spec, 'outputs' | 'source'>): void {
  const found = outputs.flatMap(({ pointer, ...output }) =>
    checkOutput(output).map((problem): Diagnostic => ({ ...problem, position: source.positionOf(pointer) })),
  );
  const [first, ...rest] = found;
  if (first) throw new CatamaranError('spec', [first, ...rest]);
}

function checkOutput({ format: written, options }: Omit<WantedOutput, 'pointer'>): readonly Diagnostic[] {
  let format: Format;
  try {
    format = formatNamed(parseFormats([written])[0]!);
  } catch (thrown) {
    if (thrown instanceof CatamaranError) return thrown.diagnostics;
    throw thrown;
  }
  const known = Object.keys(format.options ?? {});
  const unknown = Object.keys(options).filter((key) => !known.includes(key));
  return unknown.map((key) => ({
    code: 'spec-unknown-key',
    message: `the format ${written} has no option ${JSON.stringify(key)}`,
    hint: known.length > 0 ? `It has ${known.join(', ')}.` : 'It has none.',
  }));
}

/** What is there twice is made once, and what would have another's name is left out. */
function chooseAll(locked: LockedSpec, place: OutputPlace): ChosenFormats {
  const names: FormatName[] = [];
  const left: { format: FormatName; why: string }[] = [];
  for (const { name, sameAs } of formats as readonly (Format & { readonly name: FormatName })[]) {
    if (sameAs !== undefined) {
      left.push({ format: name, why: `it is the same as ${sameAs}, under another name` });
      continue;
    }
    try {
      outputFiles(planBuild(locked, [...names, name]), place);
      names.push(name);
    } catch (thrown) {
      if (!(thrown instanceof CatamaranError)) throw thrown;
      left.push({ format: name, why: messageOf(thrown) });
    }
  }
  return { names, left };
}
