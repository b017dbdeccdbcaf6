// Control data in the syntax of deb822(5): stanzas of `Field: value` lines, with continuation lines and comments.
// For small files, apt's sources and Release files; Packages indexes have a faster reader of their own.

/** Field names in lower case. A value's continuation lines are kept, joined by line breaks, without indentation. */
export type Stanza = ReadonlyMap<string, string>;

export function parseDeb822(text: string): Stanza[] {
  const stanzas: Stanza[] = [];
  let fields = new Map<string, string>();
  let current: string | undefined;
  const finish = () => {
    if (fields.size > 0) stanzas.push(fields);
    fields = new Map();
    current = undefined;
  };
  for (const line of text.split(/\r?\n/)) {
    if (line.startsWith('#')) continue;
    if (line.trim() === '') finish();
    else if (line.startsWith(' ') || line.startsWith('\t')) {
      if (current !== undefined) fields.set(current, `${fields.get(current)}\n${line.trim()}`);
    } else {
      const colon = line.indexOf(':');
      current = colon > 0 ? line.slice(0, colon).trim().toLowerCase() : undefined;
      if (current !== undefined) fields.set(current, line.slice(colon + 1).trim());
    }
  }
  finish();
  return stanzas;
}

/** The words of a value, over all of its lines. */
export function splitList(value: string | undefined): string[] {
  return value?.split(/\s+/).filter((word) => word !== '') ?? [];
}
