// Text → nodes of YAML 1.2, by the library; a text that is none is one error with its place.
import { type Node, parseDocument, type YAMLError } from 'yaml';
import { CatamaranError, type Diagnostic, messageOf } from '../base/errors.ts';
import { positionAt } from '../base/position.ts';
import { explainSyntax, moreDocuments } from './syntax.ts';

export interface Composed {
  /** Null where there is nothing in the text. */
  readonly contents: Node | null;
  readonly warnings: readonly Diagnostic[];
}

export function composeDocument(file: string, text: string): Composed {
  const { contents, errors, warnings } = parse(file, text);
  const end = text.trimEnd().length;
  const place = ({ code, message, pos: [from, to] }: YAMLError) => {
    const opened = /end with a ([\]}])/.exec(`${code} ${message}`)?.[1];
    const bracket = opened === undefined ? undefined : openingOf(text, from, opened as ']' | '}');
    if (bracket !== undefined) return positionAt(file, text, bracket, 1);
    const start = Math.min(from, Math.max(0, end - 1));
    return positionAt(file, text, start, to - start);
  };
  // Further documents in the text: as for LinuxKit, only the first counts.
  const isFurther = ({ code }: YAMLError) => code === 'MULTIPLE_DOCS';
  const fault = firstOf(errors.filter((error) => !isFurther(error)));
  if (fault) throw new CatamaranError('spec', { ...explainSyntax(fault), position: place(fault) });
  return {
    contents,
    warnings: [
      ...errors.filter(isFurther).map((error) => ({ ...moreDocuments, position: place(error) })),
      ...warnings.map((warning): Diagnostic => {
        return { code: 'spec-yaml-warning', message: warning.message, position: place(warning) };
      }),
    ],
  };
}

/** What comes after it is guesswork. At one place the first that the parser tells of is the innermost. */
function firstOf(errors: readonly YAMLError[]): YAMLError | undefined {
  return [...errors].sort((a, b) => a.pos[0] - b.pos[0])[0];
}

function parse(file: string, text: string) {
  try {
    const { contents, errors, warnings } = parseDocument(text, {
      // Whatever version it says that it is of: LinuxKit reads what says 1.1 as any other file.
      schema: 'core',
      merge: false,
      prettyErrors: false,
      uniqueKeys: false,
      logLevel: 'error',
    });
    return { contents, errors, warnings };
  } catch (error) {
    throw new CatamaranError(
      'spec',
      {
        code: 'spec-not-yaml',
        message: `not YAML that can be read: ${messageOf(error)}`,
        hint: 'Check the brackets: very deep nesting is refused.',
        position: positionAt(file, text, 0),
      },
      { cause: error },
    );
  }
}

/** Where the bracket was opened that is not closed before `end`. */
function openingOf(text: string, end: number, closing: ']' | '}'): number | undefined {
  const opening = closing === ']' ? '[' : '{';
  let depth = 0;
  for (let at = end - 1; at >= 0; at--) {
    if (text[at] === closing) depth += 1;
    else if (text[at] === opening && depth-- === 0) return at;
  }
  return undefined;
}
