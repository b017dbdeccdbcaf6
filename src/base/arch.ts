// Machine architectures, by Debian's names, which are OCI's too for those that we build. What depends on one is in its
// record, and nowhere else: a name more in the list, and the compiler asks for the record and for each field of it.
import { amd64 } from './arch/amd64.ts';
import type { Architecture } from './arch/architecture.ts';
import { arm64 } from './arch/arm64.ts';

export const architectures = ['amd64', 'arm64'] as const;
export type Arch = (typeof architectures)[number];

const records: Readonly<Record<Arch, Architecture>> = { amd64, arm64 };

export function isArch(text: string): text is Arch {
  return (architectures as readonly string[]).includes(text);
}

export const architectureOf = (arch: Arch): Architecture => records[arch];

/** Of a running system, by what `uname -m` prints. */
export function archByUname(machine: string): Arch | undefined {
  return architectures.find((arch) => records[arch].uname === machine);
}

/** Of the host, by `process.arch`. */
export function archByNode(name: string): Arch | undefined {
  return architectures.find((arch) => records[arch].node === name);
}
