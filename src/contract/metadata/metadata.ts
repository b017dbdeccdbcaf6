// What a platform says of a machine, whatever form it says it in: who it is, who may log in, its network; and the user's data,
// where they are in the same document. Each form is one file in forms/ and one line in table.ts. Pure; nothing that a platform
// says makes a reader throw, and what has not the right shape is left out.
import type { DocumentRole } from '../../platform/user-data.ts';
import type { Findings } from '../document/finding.ts';
import type { Network } from '../network.ts';

export interface Given {
  readonly userData?: Uint8Array;
  readonly vendorData?: Uint8Array;
  /** Another machine, or a copy of this one, has another. */
  readonly instanceId?: string;
  /** With or without its domain. */
  readonly hostname?: string;
  readonly sshKeys?: readonly string[];
  readonly network?: Network;
  /** Where the user's data are instead. */
  readonly url?: string;
}

export type GivenDocuments = ReadonlyMap<DocumentRole, Uint8Array>;

export interface MetadataReader {
  read(documents: GivenDocuments, findings: Findings): Given;
}
