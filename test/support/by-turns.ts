// Where a run of the suite has one of many that all take long: another one whenever the components are others, so that each has
// its turn.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { listComponents } from '../../src/component/definition.ts';

export const components = await listComponents('components');

const turn = createHash('sha256');
for (const name of components) turn.update(await readFile(join('components', name, 'component.yml')));
const drawn = turn.digest().readUInt32LE();

export function byTurns<T>(items: readonly T[]): T {
  return items[drawn % items.length]!;
}
