// Texts that begin with "@": LinuxKit takes each for a template, and an unknown one for nothing. Here they stay as they are,
// but where no such text can stand (permission bits, the name of a volume, an image that need not be): there nothing is
// what they say.
import type { Diagnostic } from '../base/errors.ts';
import { childOf, describePointer, type JsonPointer } from './pointer.ts';
import { rootOf, type Schema, type SchemaFile, type SchemaPlace, schemaOfChild } from './schema.ts';
import type { SourceMap } from './source-map.ts';

/** Changes `value` in place; gives a warning for each text. */
export function emptyTemplates(file: SchemaFile, value: unknown, source: SourceMap): Diagnostic[] {
  const warnings: Diagnostic[] = [];
  const look = (holder: unknown, at: JsonPointer, place: SchemaPlace): void => {
    if (holder === null || typeof holder !== 'object') return;
    const members = holder as Record<string, unknown>;
    for (const [key, member] of Object.entries(members)) {
      const child = schemaOfChild(place, key);
      if (!child) continue;
      const pointer = childOf(at, key);
      if (typeof member === 'string' && isTemplate(member) && saysNothing(pointer, member, child.schema)) {
        members[key] = '';
        warnings.push({
          code: 'spec-template',
          message: `${describePointer(pointer)} is ${JSON.stringify(member)}, which says nothing here: it is left empty`,
          hint: 'Write the value itself: only @pkg:DIRECTORY in the place of an image is replaced.',
          position: source.positionOf(pointer),
        });
      } else look(member, pointer, child);
    }
  };
  look(value, '', rootOf(file));
  return warnings;
}

const isTemplate = (text: string): boolean => text.startsWith('@') && !text.startsWith('@pkg:');

/** Where an empty text is as good as none. */
const optionalImages = /^\/(?:kernel|volumes\/\d+)\/image$/;

function saysNothing(pointer: JsonPointer, text: string, { pattern, enum: choices }: Schema): boolean {
  if (choices) return choices.includes('') && !choices.includes(text);
  if (pattern === undefined) return optionalImages.test(pointer);
  const rule = new RegExp(pattern, 'u');
  return !rule.test(text) && rule.test('');
}
