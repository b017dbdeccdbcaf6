// What parts take in a booted machine, as the boot test has measured it (`npm run measure:parts`): measured.json beside the
// components, by their names.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { formatSize } from '../base/size.ts';

export interface Measured {
  /** In bytes: its files. */
  readonly size: number;
  /** In bytes: of its programs at rest. */
  readonly memory?: number;
  /** TCP (`*:80`), UDP (`udp 127.0.0.1:323`), and the paths of Unix sockets. */
  readonly listens?: readonly string[];
}

export const measuredFile = 'measured.json';

/** Empty where nothing was measured. */
export async function readMeasured(root: string): Promise<Readonly<Record<string, Measured>>> {
  const text = await readFile(join(root, measuredFile), 'utf8').catch(() => '{}');
  return JSON.parse(text) as Record<string, Measured>;
}

/** In words for people; empty for what was not measured. */
export function describeMeasured(measured: Measured | undefined): [string, string[]][] {
  if (!measured) return [];
  const { size, memory, listens = [] } = measured;
  return [
    ['size', [formatSize(size)]],
    ['memory', memory === undefined ? [] : [`${formatSize(memory)} at rest`]],
    ['listens', [...listens]],
  ];
}
