// The generators by the names that a component.yml calls them.
import type { Generator } from '../definition.ts';
import { generateAlternatives } from './alternatives.ts';
import { generateBusyboxLinks } from './busybox-links.ts';
import { generateCaCertificates } from './ca-certificates.ts';
import type { Generate } from './generator.ts';
import { generateKernelModules } from './kernel-modules.ts';
import { generateLoaderCache } from './ldconfig.ts';
import { generateNoSetId } from './no-set-id.ts';
import { generateSysusers } from './sysusers.ts';
import { generateTmpfiles } from './tmpfiles.ts';
import { generateVar } from './var.ts';

export interface GeneratorEntry {
  readonly generate: Generate;
  /** Sees the component's own files too; the others only what the packages brought, and are overruled by them. */
  readonly last: boolean;
  /** What it works on, of the packages' files, and what is taken for it where a component names programs. */
  readonly takes?: { readonly programs?: readonly string[]; readonly include?: readonly string[] };
}

export const generators: Readonly<Record<Generator, GeneratorEntry>> = {
  alternatives: { generate: generateAlternatives, last: false },
  'busybox-links': { generate: generateBusyboxLinks, last: false, takes: { programs: ['usr/bin/busybox'] } },
  'ca-certificates': {
    generate: generateCaCertificates,
    last: true,
    takes: { include: ['usr/share/ca-certificates/**'] },
  },
  'kernel-modules': { generate: generateKernelModules, last: false },
  ldconfig: { generate: generateLoaderCache, last: true },
  'no-set-id': { generate: generateNoSetId, last: true },
  sysusers: { generate: generateSysusers, last: false },
  // Its owners are the component's own users too.
  tmpfiles: { generate: generateTmpfiles, last: true },
  var: { generate: generateVar, last: false },
};
