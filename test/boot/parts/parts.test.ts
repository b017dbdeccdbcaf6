// Each part in a booted machine: all of them by `npm run test:parts`, those that are named by CATAMARAN_PARTS=NAME,NAME, and else
// a short one, which changes with what the components are. Docker has a test of its own.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { byTurns, components } from '../../support/by-turns.ts';
import { measurePart } from '../../support/measure-part.ts';
import { type PartsMachine, startParts, until } from '../../support/parts.ts';
import { engines } from './engines.ts';
import type { Part } from './part.ts';
import { underSystemd } from './systemd.ts';
import { tools, withCmpxchg16b } from './tools.ts';

const minute = 60_000;

/** Those that share a machine, and what it is. */
interface Group {
  readonly parts: readonly Part[];
  /** PID 1. */
  readonly first?: string;
  readonly extra?: readonly string[];
}

const groups: Readonly<Record<string, Group>> = {
  engines: { parts: engines },
  tools: { parts: tools },
  systemd: { parts: underSystemd, first: 'init-systemd' },
  processors: { parts: withCmpxchg16b, extra: ['-cpu', 'max'] },
};
const all = Object.values(groups).flatMap(({ parts }) => parts);

function chosenNames(): readonly string[] {
  const named = process.env.CATAMARAN_PARTS;
  if (named === 'all') return all.map(({ name }) => name);
  if (named) return named.split(',');
  return [byTurns(all.filter(({ long }) => !long)).name];
}

const names = chosenNames();
const chosen = Object.entries(groups)
  .map(
    ([name, group]) =>
      [name, { ...group, parts: group.parts.filter((part) => names.includes(part.name)) }] as const,
  )
  .filter(([, { parts }]) => parts.length > 0);

test('what is named are parts', () => {
  expect(names.filter((name) => !all.some((part) => part.name === name))).toEqual([]);
});

describe.each(chosen)('%s', (group, { parts, first = 'init', extra = [] }: Group) => {
  const once = (lines: readonly string[]) => [...new Set(lines)];
  let machine: PartsMachine;
  beforeAll(async () => {
    machine = await startParts({
      name: `parts-${group}`,
      of: {
        first,
        init: once(parts.flatMap(({ name, init }) => init ?? [name])),
        services: once(parts.flatMap(({ services = [] }) => services)),
        allow: parts.flatMap(({ allow = [] }) => allow),
      },
      files: once(parts.flatMap(({ files = [] }) => files)),
      memory: 2 * 2 ** 30,
      slot: '1G',
      data: '2G',
      extra,
    });
  }, 20 * minute);
  afterAll(() => machine?.end());

  test.each(parts)('$name', async ({ name, ready, processes = [], show }) => {
    if (ready) await machine.run(until(ready));
    if (process.env.CATAMARAN_MEASURE && components.includes(name))
      await measurePart(name, processes, machine);
    await show(machine);
  });
});
