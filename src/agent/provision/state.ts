// What one pass of a boot leaves to the next, which is a process of its own: what was found, what was fetched, what came of
// it. In memory, and for root alone: there are secrets in it.
import { decodeBase64, encodeBase64 } from '../../base/base64.ts';
import type { Finding } from '../../contract/document/finding.ts';
import type { ProvisionLine } from '../../contract/provision.ts';
import type { Fetched } from '../../contract/user-data/reading.ts';
import type { DetectedPlatform } from '../../platform/detect.ts';
import type { Host } from '../host/host.ts';
import type { Outcome, Pass } from './apply/apply.ts';
import type { ComposedUserData } from './compose.ts';
import type { Found } from './source.ts';

export interface ProvisionState {
  readonly platform?: DetectedPlatform;
  readonly founds: readonly Found[];
  /** By address. */
  readonly fetched: readonly (readonly [url: string, body: Fetched])[];
  /** Of places that should have answered. */
  readonly problems: readonly ProvisionLine[];
  /** Of metadata; those of user-data are found again whenever it is read. */
  readonly findings: readonly Finding[];
  /** Undefined until somebody has said who the machine is. */
  readonly instance?: string | undefined;
  readonly newInstance: boolean;
  readonly outcomes: readonly Outcome[];
  readonly passes: readonly Pass[];
  /** What came of it, for the passes that find nothing else. */
  readonly composed?: ComposedUserData;
  /** Of the user-data that count. */
  readonly digest?: string;
  /** It went through the local pass. */
  readonly isApplied: boolean;
  /** With it, nothing is left for the network pass. */
  readonly needsNoNetwork?: boolean;
}

export const provisionDirectory = '/run/catamaran/provision';
const path = `${provisionDirectory}/state.json`;

export const noState: ProvisionState = {
  founds: [],
  fetched: [],
  problems: [],
  findings: [],
  newInstance: false,
  outcomes: [],
  passes: [],
  isApplied: false,
};

export function loadState(host: Host): ProvisionState | undefined {
  const text = host.readText(path);
  if (text === undefined) return undefined;
  return JSON.parse(text, (_, value) =>
    typeof value?.$bytes === 'string' ? decodeBase64(value.$bytes) : value,
  ) as ProvisionState;
}

/** Before anything is put there. */
export function makeRoom(host: Host): void {
  if (host.listDirectory(provisionDirectory) === undefined)
    host.run(['mkdir', '-p', '-m', '0700', provisionDirectory]);
}

export function saveState(host: Host, state: ProvisionState): void {
  host.writeFile(path, canonicalText(state));
}

/** The same for the same value. */
export function canonicalText(value: unknown): string {
  return JSON.stringify(value, (_, each) =>
    each instanceof Uint8Array ? { $bytes: encodeBase64(each) } : each,
  );
}
