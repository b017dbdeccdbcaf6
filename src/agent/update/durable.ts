// A file that after a power cut is the old one or the new one, and never half of one: aside, flushed, renamed, and the
// directory flushed. QuickJS has no fsync; BusyBox's `sync FILE` does it.
import { type Host, runOrThrow } from '../host/host.ts';

/** Where the updater spools what lasts no longer than this boot. In memory. */
export const spool = '/run/catamaran/update';

export function putDurably(host: Host, path: string, content: string | Uint8Array): void {
  host.writeFile(`${path}.new`, content);
  runOrThrow(host, ['sync', `${path}.new`]);
  runOrThrow(host, ['mv', '-f', `${path}.new`, path]);
  syncParent(host, path);
}

export function removeDurably(host: Host, path: string): void {
  if (host.readText(path) === undefined) return;
  host.removeFile(path);
  syncParent(host, path);
}

function syncParent(host: Host, path: string): void {
  runOrThrow(host, ['sync', path.slice(0, path.lastIndexOf('/'))]);
}

/** Undefined for what is missing or cannot be read: a damaged record is as good as none. */
export function readRecord<T>(host: Host, path: string): T | undefined {
  try {
    return (JSON.parse(host.readText(path) ?? 'null') as T | null) ?? undefined;
  } catch {
    return undefined;
  }
}
