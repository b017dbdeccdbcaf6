// How far a task has come, in words: `34.2 MiB of 80.1 MiB (42%)`, `3 of 12`, `34.2 MiB`.
import { formatSize } from '../../base/size.ts';
import type { Progress } from './front.ts';

export function amountOf({ done, options }: Progress): string {
  const show = options.unit === 'bytes' ? formatSize : String;
  if (options.total === undefined) return done === 0 ? '' : show(done);
  return `${show(done)} of ${show(options.total)}`;
}

/** Whole percent, rounded down; undefined where the total is not known. */
export function percentOf({ done, options }: Progress): number | undefined {
  if (!options.total) return undefined;
  return Math.min(100, Math.floor((100 * done) / options.total));
}

export function progressText(progress: Progress): string {
  const percent = percentOf(progress);
  return [progress.label, amountOf(progress), percent === undefined ? '' : `(${percent}%)`]
    .filter(Boolean)
    .join(' ');
}
