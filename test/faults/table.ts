// What the fault tests print at their end: each fault, how often it was caused, and how often the machine survived it.

export interface FaultTable {
  /** Counts a run; what `run` throws makes it one that was not survived. */
  count<T>(fault: string, run: () => Promise<T>): Promise<T>;
  print(): void;
}

export function faultTable(title: string): FaultTable {
  const rows = new Map<string, { runs: number; survived: number }>();
  return {
    async count(fault, run) {
      const row = rows.get(fault) ?? { runs: 0, survived: 0 };
      rows.set(fault, row);
      row.runs += 1;
      const result = await run();
      row.survived += 1;
      return result;
    },
    print() {
      const width = Math.max(title.length, ...[...rows.keys()].map((fault) => fault.length));
      const lines = [...rows].map(
        ([fault, { runs, survived }]) =>
          `${fault.padEnd(width)}  ${String(runs).padStart(4)}  ${String(survived).padStart(8)}`,
      );
      console.log([`${title.padEnd(width)}  runs  survived`, ...lines].join('\n'));
    },
  };
}

/** Everything by `npm run test:faults`; without it a sample that a few minutes are enough for. */
export const everything = process.env.CATAMARAN_FAULTS === 'all';

export const sampleOf = <T extends { readonly sample?: boolean }>(rows: readonly T[]): T[] =>
  rows.filter(({ sample }) => everything || sample);
