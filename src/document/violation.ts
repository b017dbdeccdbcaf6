// Puts a violation of the schema into people's words: what is wrong, where, and what would be right.
import type { Problem } from '../base/errors.ts';
import type { Position } from '../base/position.ts';
import { childOf, describePointer, type JsonPointer, partsOf, valueAt } from './pointer.ts';
import type { Problems } from './problems.ts';
import { type Schema, type SchemaFile, schemaAt } from './schema.ts';
import type { SourceMap } from './source-map.ts';
import { didYouMean } from './suggest.ts';
import { componentSynonyms, hintFor, keySynonyms, missingKeys } from './synonyms.ts';

/** As the generated validators report it (ajv's error object). */
export interface Violation {
  readonly keyword: string;
  readonly instancePath: JsonPointer;
  readonly params: {
    readonly additionalProperty?: string;
    readonly missingProperty?: string;
    readonly comparison?: string;
    readonly limit?: number;
  };
}

interface Context {
  readonly schema: SchemaFile;
  readonly value: unknown;
  readonly source: SourceMap;
  readonly problems: Problems;
}

/** A violation, with what there is at its place. */
interface Broken extends Context {
  readonly keyword: string;
  readonly pointer: JsonPointer;
  readonly params: Violation['params'];
  readonly expected: Schema;
  readonly actual: unknown;
  /** For people: what is wrong there. */
  readonly subject: string;
}

/** Where it is said, where that is not the value's own place. */
type Explained = Problem & { readonly at?: Position | undefined };

export function explainViolation(violation: Violation, context: Context): void {
  const { keyword, instancePath: pointer, params } = violation;
  const { schema, value, source, problems } = context;
  const broken: Broken = {
    ...context,
    ...{ keyword, pointer, params },
    expected: schemaAt(schema, pointer)?.schema ?? {},
    actual: valueAt(value, pointer),
    subject: describePointer(pointer),
  };
  const { at = source.positionOf(pointer), ...problem } = (byKeyword[keyword] ?? explainOther)(broken);
  problems.add(at, problem);
}

const byKeyword: Readonly<Record<string, (broken: Broken) => Explained>> = {
  additionalProperties({ params, expected, pointer, subject, schema, source }) {
    const key = params.additionalProperty!;
    const known = Object.keys(expected.properties ?? {});
    return {
      at: source.keyPositionOf(childOf(pointer, key)),
      code: 'spec-unknown-key',
      message: `unknown key ${JSON.stringify(key)}${pointer === '' ? '' : ` in ${subject}`}`,
      hint: hintForKey(key, known, schema) ?? knownKeys(expected, 'Known here'),
    };
  },
  required({ params, pointer, subject, schema, source }) {
    const key = params.missingProperty!;
    return {
      at: pointer === '' ? undefined : source.keyPositionOf(pointer),
      code: 'spec-missing-key',
      message: `${subject} has no ${JSON.stringify(key)}`,
      hint: hintFor(missingKeys, key) ?? `Add ${key}: ${exampleOf(schema, childOf(pointer, key))}`,
    };
  },
  type: ({ expected, actual, pointer, subject, source }) => ({
    code: 'spec-wrong-type',
    message: `${subject} must be ${wordsFor(expected)}, not ${wordFor(actual)}`,
    hint: remedyForType(expected, actual, pointer, source),
  }),
  enum: ({ expected, actual, subject }) => ({
    code: 'spec-not-allowed',
    message: `${subject} is ${shown(actual)}: it must be ${listed(expected.enum?.filter(Boolean) ?? [], 'or')}`,
    hint: didYouMean(textOf(actual), expected.enum ?? []),
  }),
  pattern: ({ expected, actual, subject }) => ({
    code: 'spec-malformed',
    message: `${subject} is ${shown(actual)}: it ${ruleAndExample(expected)[0]}`,
    hint: exampleHint(expected),
  }),
  minimum: explainRange,
  maximum: explainRange,
};

function explainRange({ keyword, params, actual, subject }: Broken): Explained {
  const bound = keyword === 'minimum' ? 'at least' : 'at most';
  return {
    code: 'spec-out-of-range',
    message: `${subject} is ${shown(actual)}: it must be ${bound} ${params.limit}`,
  };
}

function explainOther({ keyword, expected, subject }: Broken): Explained {
  return {
    code: 'spec-malformed',
    message: `${subject} breaks the schema's rule ${keyword}`,
    hint: expected.description,
  };
}

function hintForKey(key: string, known: readonly string[], schema: SchemaFile): string | undefined {
  const habits = schema === 'component.schema.json' ? componentSynonyms : keySynonyms;
  return hintFor(habits, key) ?? didYouMean(key, known);
}

const typeWords: Readonly<Record<string, string>> = {
  array: 'a list',
  boolean: 'true or false',
  integer: 'a whole number',
  null: 'empty',
  number: 'a number',
  object: 'a mapping of keys to values',
  string: 'text',
};

function wordsFor({ type }: Schema): string {
  const types = typeof type === 'string' ? [type] : (type ?? []);
  // A number where text comes first is a way to write that text.
  const shownTypes = types[0] === 'string' ? ['string'] : types;
  return shownTypes.map((name) => typeWords[name] ?? name).join(' or ');
}

function wordFor(value: unknown): string {
  if (value === null) return 'empty';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a mapping';
  return typeof value === 'string' ? `the text ${shown(value)}` : shown(value);
}

const isText = ({ type }: Schema) => [type].flat()[0] === 'string';

function remedyForType(
  expected: Schema,
  actual: unknown,
  pointer: JsonPointer,
  source: SourceMap,
): string | undefined {
  if (actual === null) {
    if (pointer === '') return knownKeys(expected, 'Its keys');
    return expected.type === 'array'
      ? 'Write its items below it, each after "- ", or remove the key.'
      : 'Write its value, or remove the key.';
  }
  const scalar = typeof actual !== 'object';
  const written = source.textOf(pointer) ?? textOf(actual);
  if (expected.type === 'array') return remedyForList(actual, written, pointer);
  if (expected.type === 'string' && scalar && !expected.pattern) return `Put it in quotes: "${written}".`;
  // `[C:, D]` and `- key: value` are mappings in YAML 1.2, whatever LinuxKit makes of them.
  if (!scalar && !Array.isArray(actual) && isText(expected)) return 'Put a text with a ":" in quotes.';
  if (expected.type === 'boolean' && /^(yes|no|on|off)$/i.test(textOf(actual))) {
    return `Write ${/^(yes|on)$/i.test(textOf(actual)) ? 'true' : 'false'}: YAML 1.2 has only true and false.`;
  }
  if (expected.type === 'integer' && typeof actual === 'string' && /^-?\d+$/.test(actual))
    return 'Remove the quotes.';
  if (expected.type === 'object' && expected.properties) {
    return knownKeys(expected, 'Its keys');
  }
  return exampleHint(expected);
}

/** `command: sh -c x` is three words, and `env: {A: b}` sets a variable. */
function remedyForList(actual: unknown, written: string, pointer: JsonPointer): string {
  if (typeof actual !== 'object') return `Write [${written.trim().split(/\s+/).join(', ')}].`;
  const [variable] = partsOf(pointer).at(-1) === 'env' ? Object.entries(actual ?? {}) : [];
  return variable ? `Write [${variable[0]}=${textOf(variable[1])}].` : 'Begin each item with "- ".';
}

/** Of a scalar: a mapping may have a key `toString`. */
const textOf = (value: unknown): string => (typeof value === 'object' ? '' : String(value));

function knownKeys({ properties = {}, title }: Schema, intro: string): string {
  const known = Object.keys(properties);
  return known.length > 20
    ? `docs/spec.md has all ${known.length} keys of ${JSON.stringify(title)}.`
    : `${intro}: ${listed(known)}.`;
}

/** `must be a size, such as 512M` → its two halves. */
function ruleAndExample({ patternErrorMessage = 'is malformed' }: Schema): [string, string | undefined] {
  const [rule, example] = patternErrorMessage.split(', such as ');
  return [rule!, example];
}

function exampleHint(expected: Schema): string | undefined {
  const [, example = inline(expected.examples?.[0])] = ruleAndExample(expected);
  return example === undefined ? undefined : `For example: ${example}`;
}

function exampleOf(file: SchemaFile, pointer: JsonPointer): string {
  const example = schemaAt(file, pointer)?.schema.examples?.[0];
  if (example !== undefined) return inline(example)!;
  return partsOf(pointer).at(-1) === 'path' ? 'etc/example' : '…';
}

function inline(value: unknown): string | undefined {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function listed(names: readonly string[], last = 'and'): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} ${last} ${names.at(-1)}`;
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}
