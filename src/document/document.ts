// Reads a document of ours, a spec or a component: YAML, coercion, schema. What comes out has the schema's type; what
// did not fit is in `problems` and cut out of the value, so that the checks of meaning can go on with the rest.
import type { Diagnostic } from '../base/errors.ts';
import { coerceScalars } from './coerce.ts';
import { type JsonPointer, partsOf, valueAt } from './pointer.ts';
import { Problems } from './problems.ts';
import type { SchemaFile } from './schema.ts';
import type { SourceMap } from './source-map.ts';
import { emptyTemplates } from './templates.ts';
import { explainViolation, type Violation } from './violation.ts';
import { type Limits, type ParsedYaml, parseYaml } from './yaml.ts';

/** A validator made by scripts/generate.mjs. */
export interface Validate {
  (value: unknown): boolean;
  errors?: readonly Violation[] | null;
}

export interface Document<T> {
  /** Arrays may have holes where an item did not fit. */
  readonly value: T;
  readonly source: SourceMap;
  readonly problems: Problems;
  readonly warnings: readonly Diagnostic[];
}

export function readDocument<T>(
  schema: SchemaFile,
  validate: Validate,
  file: string,
  text: string,
  limits?: Limits,
): Document<T> {
  return checkDocument(schema, validate, parseYaml(file, text, new Problems(), limits));
}

/** Coercion and schema, for a value that is parsed already. */
export function checkDocument<T>(
  schema: SchemaFile,
  validate: Validate,
  { value: parsed, source, problems, warnings, replaced }: ParsedYaml,
): Document<T> {
  let value = coerceScalars(schema, parsed, source, replaced);
  const emptied = schema === 'spec.schema.json' ? emptyTemplates(schema, value, source) : [];
  let violations = violationsOf(validate, value);
  for (const violation of violations) explainViolation(violation, { schema, value, source, problems });
  const curable = (violation: Violation) => !isRootIncomplete(violation);
  for (violations = violations.filter(curable); violations.length > 0; ) {
    for (const violation of violations) value = cutOut(value, violation);
    violations = violationsOf(validate, value).filter(curable);
  }
  return { value: value as T, source, problems, warnings: [...warnings, ...emptied] };
}

/** One for each place and kind. The holes that `cutOut` made are none. */
function violationsOf(validate: Validate, value: unknown): Violation[] {
  if (validate(value)) return [];
  const distinct = new Map<string, Violation>();
  for (const violation of validate.errors ?? []) {
    if (valueAt(value, violation.instancePath) === undefined) continue;
    const key = `${violation.instancePath} ${violation.keyword} ${violation.params.additionalProperty ?? violation.params.missingProperty ?? ''}`;
    if (!distinct.has(key)) distinct.set(key, violation);
  }
  return [...distinct.values()];
}

/** A key that the document itself lacks cannot be mended by cutting. */
function isRootIncomplete({ instancePath, keyword }: Violation): boolean {
  return instancePath === '' && keyword === 'required';
}

/** Removes the offending value; an item of an array leaves a hole, so that the others keep their places. */
function cutOut(value: unknown, { instancePath, params }: Violation): unknown {
  if (params.additionalProperty !== undefined) {
    const holder = valueAt(value, instancePath) as Record<string, unknown> | undefined;
    if (holder) delete holder[params.additionalProperty];
    return value;
  }
  const parts = partsOf(instancePath as JsonPointer);
  const last = parts.pop();
  if (last === undefined) return {};
  const holder = parts.reduce<unknown>(
    (at, part) => (at as Record<string, unknown> | undefined)?.[part],
    value,
  );
  if (holder) delete (holder as Record<string, unknown>)[last];
  return value;
}
