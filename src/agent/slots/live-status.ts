// `catamaran-agent status` on a live system. The object is what `--json` prints, in one line.
import type { ReleaseVersion } from '../../base/flavour.ts';
import type { Host } from '../host/host.ts';
import { runningRelease } from './running.ts';

export interface LiveStatus {
  readonly live: string;
  readonly version: ReleaseVersion;
  readonly rootHash: string;
}

export function readLiveStatus(host: Host, live: string): LiveStatus {
  return { live, ...runningRelease(host) };
}

export function describeLiveStatus({ live, version, rootHash }: LiveStatus): string[] {
  return [`running    live system from ${live}, ${version}`, `root hash  ${rootHash}`];
}
