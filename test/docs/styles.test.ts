// Each style of examples/ is on docs/styles.md: what it is, and what it costs.
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const page = readFileSync('docs/styles.md', 'utf8').split('\n');
const styles = readdirSync('examples').filter((name) => name.endsWith('-style'));

test.each(styles)('%s', (name) => {
  expect(
    page.filter((line) => line.startsWith(`| [\`${name}\`](../examples/${name}/README.md) |`)),
  ).toHaveLength(1);
  const [, qcow2, memory, begun, up] = page
    .find((line) => line.startsWith(`| \`${name}\` |`))!
    .split('|')
    .slice(1);
  for (const size of [qcow2, memory]) expect(size).toMatch(/^ [\d.]+ MiB $/);
  for (const time of [begun, up]) expect(time).toMatch(/^ \d+ s $/);
});
