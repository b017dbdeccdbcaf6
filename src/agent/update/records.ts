// What the updater remembers beside the slots' records: the epoch floor, which releases it has installed (so that a root
// hash leads back to its manifest and its epoch), and how far a download has come. On the data partition; losing all of
// it costs a download or a look at the repository, and nothing else.
import type { ReleaseVersion } from '../../base/flavour.ts';
import type { Host } from '../host/host.ts';
import { putDurably, readRecord, removeDurably } from './durable.ts';

export const updateDirectory = '/var/lib/catamaran/update';

export interface Installed {
  readonly version: ReleaseVersion;
  readonly epoch: number;
  readonly rootHash: string;
  /** SHA-256 of its manifest. */
  readonly manifest: string;
}

/** Of the slot that is being filled. */
export interface UpdateProgress {
  readonly manifest: string;
  /** Root hash of the system whose blocks are copied; empty where none are. */
  readonly source: string;
  /** Local copies first, then batches of ranges; so many of these steps are on the medium. */
  readonly done: number;
}

const installedLimit = 64;

export function readFloor(host: Host): number {
  const floor = readRecord<{ epoch?: unknown }>(host, `${updateDirectory}/floor.json`)?.epoch;
  return typeof floor === 'number' && Number.isSafeInteger(floor) && floor > 0 ? floor : 0;
}

export function writeFloor(host: Host, epoch: number): void {
  putDurably(host, `${updateDirectory}/floor.json`, `${JSON.stringify({ epoch })}\n`);
}

export function readInstalled(host: Host): readonly Installed[] {
  const found = readRecord<Installed[]>(host, `${updateDirectory}/installed.json`);
  return Array.isArray(found) ? found : [];
}

export function recordInstalled(host: Host, installed: Installed): void {
  const others = readInstalled(host).filter(({ rootHash }) => rootHash !== installed.rootHash);
  const list = [...others, installed].slice(-installedLimit);
  putDurably(host, `${updateDirectory}/installed.json`, `${JSON.stringify(list)}\n`);
}

export function readProgress(host: Host): UpdateProgress | undefined {
  return readRecord<UpdateProgress>(host, `${updateDirectory}/progress.json`);
}

export function writeProgress(host: Host, progress: UpdateProgress): void {
  putDurably(host, `${updateDirectory}/progress.json`, `${JSON.stringify(progress)}\n`);
}

export function forgetProgress(host: Host): void {
  removeDurably(host, `${updateDirectory}/progress.json`);
}
