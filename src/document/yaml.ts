// The first step of reading a document: YAML 1.2 text to plain values, with the place of every value in the text.
// Text → nodes (compose.ts) → values (read-nodes.ts) and their places (source-map.ts). Bounded: size, depth, values.
import { CatamaranError, type Diagnostic } from '../base/errors.ts';
import { formatSize } from '../base/size.ts';
import { composeDocument } from './compose.ts';
import type { JsonPointer } from './pointer.ts';
import { Problems } from './problems.ts';
import { readNodes } from './read-nodes.ts';
import { placesIn, type SourceMap } from './source-map.ts';

export interface Limits {
  /** In characters. */
  readonly text: number;
  /** After aliases are expanded. */
  readonly values: number;
}

/** What a person writes is smaller. */
const usualLimits: Limits = { text: 1 << 20, values: 100_000 };

export interface ParsedYaml {
  readonly value: unknown;
  readonly source: SourceMap;
  readonly warnings: readonly Diagnostic[];
  /** Duplicate keys and the like: wrong, and yet the rest can be checked. */
  readonly problems: Problems;
  /** Where a variable's value took the place of the text. */
  readonly replaced?: ReadonlySet<JsonPointer>;
}

/** Throws at once where the text is not YAML. */
export function parseYaml(
  file: string,
  written: string,
  problems = new Problems(),
  limits = usualLimits,
): ParsedYaml {
  if (written.length > limits.text) {
    throw new CatamaranError('spec', {
      code: 'spec-too-large',
      message: `${file} is larger than ${formatSize(limits.text)}`,
      hint: 'Move long contents to files of their own and name them by source.',
    });
  }
  // The parser of YAML 1.2 does not take the line breaks of old Macs for any.
  const text = written.replace(/\r(?!\n)/g, '\n');
  const { contents, warnings } = composeDocument(file, text);
  const source = placesIn(file, text);
  return { value: readNodes(contents, source, problems, limits.values), source, warnings, problems };
}
