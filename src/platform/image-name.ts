// What a platform takes as the name of an image, and what becomes of a name that it does not take.

export interface ImageNameRule {
  /** Of the whole name. */
  readonly pattern: RegExp;
  /** Characters that it may have within, as in a regular expression's class. */
  readonly characters: string;
  readonly longest: number;
}

export const usualNames: ImageNameRule = {
  pattern: /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/,
  characters: 'A-Za-z0-9._-',
  longest: 63,
};

/** A name that is taken stays as it is. Of others each run of what is not allowed becomes a dash. */
export function mapImageName({ pattern, characters, longest }: ImageNameRule, name: string): string {
  if (pattern.test(name)) return name;
  const forbidden = new RegExp(`[^${characters}]+`, 'g');
  const written = forbidden.test('A') ? name.toLowerCase() : name;
  const mapped = trimName(written.replaceAll(forbidden, '-'), longest);
  if (pattern.test(mapped)) return mapped;
  // Lower case with a letter at the beginning is taken everywhere.
  return trimName(`image-${name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}`, longest);
}

function trimName(name: string, longest: number): string {
  return name
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, longest)
    .replace(/[^A-Za-z0-9]+$/, '');
}
