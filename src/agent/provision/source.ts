// A place where a machine may learn who it is. Each kind of place is a file in sources/ and a line in its table; which
// places there are, and which of them a platform has, is said in src/platform.
import type { Findings } from '../../contract/document/finding.ts';
import type { Given } from '../../contract/metadata/metadata.ts';
import type { DetectedPlatform } from '../../platform/detect.ts';
import type { Dmi } from '../../platform/platform.ts';
import type { UserDataPlace, UserDataSource } from '../../platform/user-data.ts';
import type { Host } from '../host/host.ts';
import type { Deadline } from './deadline.ts';
import type { AttachedVolume } from './volumes/list.ts';

/** `local` before there is a network, `network` with it. */
export type When = 'local' | 'network';

export interface Facts {
  readonly cmdline: string;
  readonly dmi: Dmi;
  readonly volumes: readonly AttachedVolume[];
  readonly platform: DetectedPlatform;
  /** For volumes that have appeared since. */
  lookAgain(): void;
}

export interface Seeker {
  readonly host: Host;
  readonly facts: Facts;
  readonly findings: Findings;
  readonly deadline: Deadline;
}

export interface Found {
  readonly source: UserDataSource;
  /** For people: a device, an address. */
  readonly where: string;
  readonly given: Given;
  /** There may be more elsewhere. */
  readonly partial?: true;
}

/** `again`: it may be there later. */
export interface NotFound {
  readonly problem: string;
  readonly again: boolean;
}

/** Undefined: it is not there, and there is no more to say of it. */
export type Look = Omit<Found, 'source'> | NotFound | undefined;

export interface Kind<Place extends UserDataPlace = UserDataPlace> {
  readonly when: When;
  /** Whether it is worth a network; absent: always. */
  isWanted?(facts: Facts, host: Host): boolean;
  look(place: Place, seeker: Seeker): Look;
}
