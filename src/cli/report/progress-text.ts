// How far a task has come, in words: `34.2 MiB of 80.1 MiB (42%), 5.1 MiB/s, 9 s left`, `3 of 12`, `34.2 MiB`.
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

/** `5.1 MiB/s, 9 s left`, once there is something to judge by; nothing of what is not counted in bytes. */
export function paceOf({ done, options, since }: Progress, now: number): string {
  const seconds = (now - since) / 1000;
  if (options.unit !== 'bytes' || seconds < 1 || done === 0) return '';
  const rate = done / seconds;
  const left = options.total === undefined ? 0 : (options.total - done) / rate;
  return `${formatSize(Math.round(rate))}/s${left > 0 ? `, ${formatDuration(left)} left` : ''}`;
}

/** `9 s`, `3 min 20 s`. */
export function formatDuration(seconds: number): string {
  const whole = Math.ceil(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

export function progressText(progress: Progress, now: number): string {
  const percent = percentOf(progress);
  const pace = paceOf(progress, now);
  const text = [progress.label, amountOf(progress), percent === undefined ? '' : `(${percent}%)`];
  return text.filter(Boolean).join(' ') + (pace && `, ${pace}`);
}
