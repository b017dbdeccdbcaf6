// Variables: `${NAME}` in the texts of a parsed document → the value that was set, or the default. Values, not texts, are
// replaced: nothing that is set can change the document's structure. Only declared names are looked at, so that shell
// scripts in `contents` stay as they are.
import { CatamaranError, type Diagnostic } from '../base/errors.ts';
import { byName } from '../base/order.ts';
import { define } from './define.ts';
import { childOf, type JsonPointer } from './pointer.ts';
import type { Problems } from './problems.ts';
import type { SourceMap } from './source-map.ts';
import { didYouMean, nearest } from './suggest.ts';
import type { ParsedYaml } from './yaml.ts';

type Value = string | number | boolean;

export function applyVariables(parsed: ParsedYaml, set: Readonly<Record<string, string>>): ParsedYaml {
  const { value: document, source, problems } = parsed;
  const declared = declarationsOf(document);
  refuseUnknown(set, [...declared.keys()]);
  if (declared.size === 0) return parsed;
  const substitution: Substitution = {
    values: valuesOf(declared, set, source, problems),
    names: [...declared.keys()],
    source,
    replaced: new Set(),
    warnings: [],
  };
  const fields = document as Record<string, unknown>;
  for (const [key, value] of Object.entries(fields)) {
    if (key !== 'variables') define(fields, key, substitute(substitution, value, childOf('', key)));
  }
  const { replaced, warnings } = substitution;
  return {
    value: fields,
    problems,
    warnings: [...parsed.warnings, ...warnings],
    source,
    replaced,
  };
}

interface Declaration {
  readonly type?: unknown;
  readonly default?: unknown;
}

/** Those that are well-formed enough; the schema speaks of the others. */
function declarationsOf(document: unknown): Map<string, Declaration> {
  const variables = (document as { variables?: unknown } | null)?.variables;
  if (variables === null || typeof variables !== 'object' || Array.isArray(variables)) return new Map();
  return new Map(
    Object.entries(variables as object).filter(
      ([, declaration]) =>
        declaration !== null && typeof declaration === 'object' && !Array.isArray(declaration),
    ),
  );
}

function refuseUnknown(set: Readonly<Record<string, string>>, names: readonly string[]): void {
  const unknown = Object.keys(set)
    .filter((name) => !names.includes(name))
    .sort(byName);
  const [first, ...rest] = unknown.map(
    (name): Diagnostic => ({
      code: 'unknown-variable',
      message: `the spec declares no variable ${JSON.stringify(name)}`,
      hint:
        didYouMean(name, names) ??
        (names.length > 0
          ? `It declares ${[...names].sort(byName).join(', ')}.`
          : 'It declares none at all.'),
    }),
  );
  if (first) throw new CatamaranError('usage', [first, ...rest]);
}

function valuesOf(
  declared: ReadonlyMap<string, Declaration>,
  set: Readonly<Record<string, string>>,
  source: SourceMap,
  problems: Problems,
): Map<string, Value> {
  const values = new Map<string, Value>();
  for (const [name, { type = 'string', default: fallback }] of declared) {
    const pointer = childOf('/variables', name);
    if (!/^[A-Za-z_]\w*$/.test(name)) {
      problems.add(source.keyPositionOf(pointer), {
        code: 'spec-variable-name',
        message: `${JSON.stringify(name)} cannot name a variable`,
        hint: 'Write letters, digits and "_", beginning with no digit.',
      });
      continue;
    }
    if (
      fallback !== undefined &&
      parseValue(type, source.textOf(childOf(pointer, 'default')) ?? '') === undefined
    ) {
      problems.add(source.positionOf(childOf(pointer, 'default')), {
        code: 'spec-variable-type',
        message: `the default of ${name} is not of type ${String(type)}`,
        hint: 'Change the one or the other.',
      });
      continue;
    }
    const given = Object.hasOwn(set, name);
    const text = given ? set[name] : source.textOf(childOf(pointer, 'default'));
    if (text === undefined || (fallback === undefined && !given)) {
      problems.add(source.keyPositionOf(pointer), {
        code: 'spec-variable-unset',
        message: `the variable ${name} has no value`,
        hint: `Write --set ${name}=VALUE, or give it a default.`,
      });
      continue;
    }
    const value = parseValue(type, text);
    // Any value of the type will do, lest each use be an error too.
    values.set(name, value ?? (type === 'integer' ? 0 : false));
    if (value === undefined) {
      problems.add(source.keyPositionOf(pointer), {
        code: 'spec-variable-type',
        message: `${name} is set to ${JSON.stringify(text.slice(0, 80))}, which is not of type ${String(type)}`,
        hint: type === 'boolean' ? 'Write true or false.' : 'Write a whole number.',
      });
    }
  }
  return values;
}

function parseValue(type: unknown, text: string): Value | undefined {
  if (type === 'integer') {
    const number = Number(text);
    return /^-?\d+$/.test(text) && Number.isSafeInteger(number) ? number : undefined;
  }
  if (type === 'boolean') return text === 'true' ? true : text === 'false' ? false : undefined;
  return text;
}

interface Substitution {
  readonly values: ReadonlyMap<string, Value>;
  readonly names: readonly string[];
  readonly source: SourceMap;
  readonly replaced: Set<JsonPointer>;
  readonly warnings: Diagnostic[];
}

const reference = /\$(\$?)\{([A-Za-z_]\w*)\}/g;

function substitute(substitution: Substitution, value: unknown, pointer: JsonPointer): unknown {
  if (typeof value === 'string') return substituteText(substitution, value, pointer);
  if (value === null || typeof value !== 'object') return value;
  const members = value as Record<string, unknown>;
  for (const key of Object.keys(members)) {
    define(members, key, substitute(substitution, members[key], childOf(pointer, key)));
  }
  return value;
}

function substituteText(substitution: Substitution, text: string, pointer: JsonPointer): Value {
  const { values, names, source, replaced, warnings } = substitution;
  const whole = /^\$\{(\w+)\}$/.exec(text)?.[1];
  const value = whole === undefined ? undefined : values.get(whole);
  if (value !== undefined) {
    replaced.add(pointer);
    return value;
  }
  const result = text.replace(reference, (written, escaped: string, name: string) => {
    if (escaped !== '' && names.includes(name)) return written.slice(1);
    if (escaped !== '' || names.includes(name)) return String(values.get(name) ?? written);
    const meant = nearest(name, names);
    if (meant !== undefined) {
      warnings.push({
        code: 'spec-unknown-variable',
        message: `\${${name}} stays as it is: there is no such variable`,
        hint: `Did you mean "\${${meant}}"?`,
        position: source.positionOf(pointer),
      });
    }
    return written;
  });
  if (result !== text) replaced.add(pointer);
  return result;
}
