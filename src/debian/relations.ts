// The relations between packages, as their control fields write them: Debian Policy 7.1.
// `a (>= 1) | b, c [amd64]` is a list of relations, each a list of alternatives.

import type { Arch } from '../base/arch.ts';
import { CatamaranError } from '../base/errors.ts';
import type { DebianVersion, VersionRelation } from './version.ts';

export interface Alternative {
  readonly name: string;
  /** `any`, or an architecture: the part after the colon. */
  readonly qualifier?: string;
  readonly constraint?: { readonly relation: VersionRelation; readonly version: DebianVersion };
}

export interface Relation {
  /** As written, with plain spaces. */
  readonly text: string;
  /** At least one. */
  readonly alternatives: readonly Alternative[];
}

const pattern =
  /^([a-zA-Z0-9][a-zA-Z0-9+.-]*)(?::([a-z0-9-]+))?\s*(?:\(\s*(<<|<=|=|>=|>>|<|>)\s*([A-Za-z0-9.+:~-]+)\s*\))?\s*(?:\[([^\]]*)\])?(?:\s*<[^>]*>)*$/;

/** The relations of `field` that apply to `arch`. Build profiles are ignored. `what` names the field in an error. */
export function parseRelations(field: string, arch: Arch, what: string): Relation[] {
  const relations: Relation[] = [];
  for (const part of field.split(',')) {
    const text = part.trim().replace(/\s+/g, ' ');
    if (text === '') continue;
    const alternatives = text
      .split('|')
      .map((alternative) => parseAlternative(alternative.trim(), arch, what))
      .filter((alternative) => alternative !== undefined);
    if (alternatives.length > 0) relations.push({ text, alternatives });
  }
  return relations;
}

/** Undefined when it is restricted to other architectures. */
function parseAlternative(text: string, arch: Arch, what: string): Alternative | undefined {
  const match = pattern.exec(text);
  if (!match) {
    throw new CatamaranError('integrity', {
      code: 'debian-relation-malformed',
      message: `${what} has a relation that cannot be read: ${JSON.stringify(text)}`,
      hint: 'The archive is damaged or newer than this program: report it with the package and its version.',
    });
  }
  const [, name, qualifier, operator, version, architectures] = match;
  if (architectures !== undefined && !appliesTo(arch, architectures)) return undefined;
  return {
    name: name!,
    ...(qualifier === undefined ? {} : { qualifier }),
    ...(operator === undefined ? {} : { constraint: { relation: modern(operator), version: version! } }),
  };
}

/** Policy 7.1: the obsolete `<` and `>` mean `<=` and `>=`. */
function modern(operator: string): VersionRelation {
  if (operator === '<') return '<=';
  if (operator === '>') return '>=';
  return operator as VersionRelation;
}

/** Policy 11.1: names, wildcards (`linux-any`, `any-amd64`), or the negation of all of them. */
function appliesTo(arch: Arch, list: string): boolean {
  const names = list.split(/\s+/).filter((name) => name !== '');
  const own: readonly string[] = [arch, 'any', 'linux-any', `any-${arch}`, `linux-${arch}`];
  const named = names.some((name) => own.includes(name.replace(/^!/, '')));
  return names.every((name) => name.startsWith('!')) ? !named : named;
}

/** The text of one alternative, for messages: `libfoo (>= 2)`. */
export function alternativeText(alternative: Alternative): string {
  const { name, qualifier, constraint } = alternative;
  const full = qualifier === undefined ? name : `${name}:${qualifier}`;
  return constraint === undefined ? full : `${full} (${constraint.relation} ${constraint.version})`;
}
