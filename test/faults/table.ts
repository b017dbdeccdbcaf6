// Which faults are caused, under which firmware, and what the tests print at their end: each fault, how often it was
// caused, and how often the machine survived it.
import { afterAll, test } from 'vitest';
import type { Firmware } from '../../src/base/firmware.ts';

export interface FaultTable {
  /** Counts a run; what `run` throws makes it one that was not survived. */
  count<T>(fault: string, run: () => Promise<T>): Promise<T>;
}

/** Printed at the end of the file's tests. */
export function faultTable(title: string): FaultTable {
  const rows = new Map<string, { runs: number; survived: number }>();
  afterAll(() => {
    const width = Math.max(title.length, ...[...rows.keys()].map((fault) => fault.length));
    const lines = [...rows].map(
      ([fault, { runs, survived }]) =>
        `${fault.padEnd(width)}  ${String(runs).padStart(4)}  ${String(survived).padStart(8)}`,
    );
    console.log([`${title.padEnd(width)}  runs  survived`, ...lines].join('\n'));
  });
  return {
    async count(fault, run) {
      const row = rows.get(fault) ?? { runs: 0, survived: 0 };
      rows.set(fault, row);
      row.runs += 1;
      const result = await run();
      row.survived += 1;
      return result;
    },
  };
}

/** Everything by `npm run test:faults`; without it a sample that a few minutes are enough for. */
export const everything = process.env.CATAMARAN_FAULTS === 'all';

interface Row {
  readonly name: string;
  /** In the sample, under this firmware. */
  readonly sample?: Firmware;
}

/** A test for each row under both firmwares; in the sample for those that are in it, under the one that they name. */
export function eachRun<T extends Row>(
  rows: readonly T[],
  run: (row: T & { readonly firmware: Firmware }) => Promise<void>,
): void {
  for (const row of rows) {
    const firmwares: Firmware[] = everything ? ['bios', 'uefi'] : row.sample ? [row.sample] : [];
    for (const firmware of firmwares) test(`${row.name} (${firmware})`, () => run({ ...row, firmware }));
  }
}
