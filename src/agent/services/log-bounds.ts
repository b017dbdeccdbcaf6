// How much of /var the logs may take: a tenth, shared by all services; of each there are six files.
import { logLimitPath, readDisk } from '../condition/resources.ts';
import type { Host } from '../host/host.ts';

const share = 0.1;
const files = 6;
/** In bytes, of one file. */
const most = 1_000_000;
const least = 16_384;

/** Bytes of one file of one service's log; `size` of /var in KiB. */
export function logFileSize(size: number | undefined, services: number): number {
  if (size === undefined) return most;
  // The updater has a log as well.
  const each = (size * 1024 * share) / (services + 1) / files;
  return Math.max(least, Math.min(most, Math.floor(each)));
}

/** Says how much all together may take, for the status, and gives the size of a file. */
export function boundLogs(host: Host, services: number): number {
  const size = logFileSize(readDisk(host)?.size, services);
  host.writeFile(logLimitPath, `${Math.ceil((size * files * (services + 1)) / 1024)}\n`);
  return size;
}
