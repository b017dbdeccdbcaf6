// What is said where a format has no place for extended attributes.
import type { Reporter } from '../../base/reporter.ts';

/** `paths`: that have some. `place`: what cannot hold them, with its article. */
export function warnOfAttributes(
  format: string,
  paths: readonly string[],
  place: string,
  reporter: Reporter,
): void {
  if (paths.length === 0) return;
  const others = paths.length > 1 ? ` and of ${paths.length - 1} more` : '';
  reporter.warn(
    `${format}: the extended attributes of /${paths[0]}${others} are left out: ${place} cannot hold them`,
    'Programs with file capabilities then need root. kernel+squashfs and disk images keep them.',
  );
}
