// The campaign and its table in docs/weather.md: every day is in it, and none has the name of another.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { bootDays, runningDays } from './table.ts';

const days = [...bootDays, ...runningDays];
const lines = readFileSync('docs/weather.md', 'utf8').split('\n');

test.each(days.map(({ name }) => name))('%s is in the table', (name) => {
  expect(lines.filter((line) => line.startsWith(`| ${name} |`))).toHaveLength(1);
});

test('each has a name of its own, and the sample has some of each kind', () => {
  expect(new Set(days.map(({ name }) => name)).size).toBe(days.length);
  for (const kind of [bootDays, runningDays])
    expect(kind.filter(({ sample }) => sample).length).toBeGreaterThan(3);
});
