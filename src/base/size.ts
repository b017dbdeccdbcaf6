// Sizes in bytes, as people write them (512M) and as people read them (512 MiB).
import { CatamaranError } from './errors.ts';

const powers: Readonly<Record<string, number>> = { '': 0, K: 1, M: 2, G: 3, T: 4 };

/** `512M`, `1.5G`, `4096`: binary multiples, with an optional `iB` or `B`. Undefined if it is no size. */
export function parseSize(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*([KMGT]?)(?:iB|B)?$/i.exec(text.trim());
  if (!match) return undefined;
  const bytes = Number(match[1]) * 1024 ** powers[match[2]!.toUpperCase()]!;
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

export function requireSize(text: string): number {
  const bytes = parseSize(text);
  if (bytes === undefined) {
    throw new CatamaranError('spec', {
      code: 'size-malformed',
      message: `not a size: ${JSON.stringify(text)}`,
      hint: 'Write a number with a unit, such as 512M or 2G.',
    });
  }
  return bytes;
}

export function formatSize(bytes: number): string {
  let value = bytes;
  let unit = 'B';
  for (const next of ['KiB', 'MiB', 'GiB', 'TiB']) {
    if (value < 1024) break;
    value /= 1024;
    unit = next;
  }
  return `${unit === 'B' || Number.isInteger(value) ? value : value.toFixed(1)} ${unit}`;
}

export const roundUp = (value: number, multiple: number): number => Math.ceil(value / multiple) * multiple;
