// Each fixture, a document as people write them or get them wrong, is read to the model and findings in its golden.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { describe as describeUserData } from './support/describe.ts';

const fixtures = join(import.meta.dirname, 'fixtures');

test.each(readdirSync(fixtures).sort())('%s', async (name) => {
  const described = describeUserData(readFileSync(join(fixtures, name)));
  await expect(described).toMatchFileSnapshot(`goldens/${name}.txt`);
});
