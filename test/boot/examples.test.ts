// Each of examples/ that has no test of its own, as it stands: it comes up with all its services. One by turns; all by
// `npm run test:examples`.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { byTurns } from '../support/by-turns.ts';
import { startExample } from '../support/example.ts';

const minute = 60_000;
const examples = join(import.meta.dirname, '../../examples');
/** By what the others are shown. */
const elsewhere = ['cluster', 'docker', 'node'];

const names = (await readdir(examples))
  .filter((file) => file.endsWith('.yml') && !file.endsWith('.lock.yml'))
  .map((file) => file.slice(0, -'.yml'.length))
  .filter((name) => !elsewhere.includes(name))
  .sort();

const chosen = process.env.CATAMARAN_EXAMPLES === 'all' ? names : [byTurns(names)];

test.each(chosen)(
  'examples/%s.yml comes up',
  async (name) => {
    const { services } = await startExample(name);
    const ill = async () =>
      (await services()).filter(
        ({ state, health }) => state !== 'running' || (health?.state ?? 'healthy') !== 'healthy',
      );
    expect(await services()).not.toEqual([]);
    await expect.poll(ill, { timeout: 10 * minute, interval: 2000 }).toEqual([]);
  },
  20 * minute,
);
