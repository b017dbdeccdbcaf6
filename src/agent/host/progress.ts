// How far something large has come, as lines of a log: one for each 16 MiB, and no more than twenty for a large image.
import type { Host } from './host.ts';

const grain = 16 << 20;
const mostLines = 20;

export function formatMebibytes(bytes: number): string {
  return `${(bytes / (1 << 20)).toFixed(1)} MiB`;
}

/** `total` and what the answer takes are in bytes; `before` came in an earlier attempt. */
export function trackBytes(
  host: Host,
  what: string,
  { total, before }: { total: number; before: number },
): (bytes: number) => void {
  const step = Math.max(grain, total / mostLines);
  let [come, said] = [before, before];
  return (bytes) => {
    come += bytes;
    if (come - said < step && come < total) return;
    said = come;
    host.print(`${what}: ${formatMebibytes(come)} of ${formatMebibytes(total)}`);
  };
}
