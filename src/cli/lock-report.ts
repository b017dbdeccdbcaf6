// What became of the lock file, for people: all changes by name where they were asked for, else how many.
import type { LockChange } from '../lock/changes.ts';
import type { Front } from './report/front.ts';
import { renderTable } from './table.ts';

export function reportLock(
  { lockPath, changes }: { lockPath: string; changes: readonly LockChange[] },
  front: Front,
): void {
  if (changes.length > 0) front.info(`${lockPath}: ${countChanges(changes)}; commit it`);
}

/** `3 added, 1 changed`. */
export function countChanges(changes: readonly LockChange[]): string {
  return (['added', 'changed', 'removed'] as const)
    .map((what) => [changes.filter((change) => change.what === what).length, what] as const)
    .filter(([count]) => count > 0)
    .map(([count, what]) => `${count} ${what}`)
    .join(', ');
}

const signs = { added: '+', changed: '~', removed: '-' } as const;

export function renderChanges(changes: readonly LockChange[]): string {
  return renderTable(
    changes.map(({ what, name, before, after }) => [
      `${signs[what]} ${name}`,
      [before, after].filter((version) => version !== undefined).join(' → '),
    ]),
  );
}
