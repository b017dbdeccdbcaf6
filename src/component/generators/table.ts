// The generators by the names that a component.yml calls them.
import type { Generator } from '../definition.ts';
import { generateBusyboxLinks } from './busybox-links.ts';
import { generateCaCertificates } from './ca-certificates.ts';
import type { Generate } from './generator.ts';
import { generateKernelModules } from './kernel-modules.ts';
import { generateLoaderCache } from './ldconfig.ts';

export interface GeneratorEntry {
  readonly generate: Generate;
  /** Sees the component's own files too; the others only what the packages brought, and are overruled by them. */
  readonly last: boolean;
}

export const generators: Readonly<Record<Generator, GeneratorEntry>> = {
  'busybox-links': { generate: generateBusyboxLinks, last: false },
  'ca-certificates': { generate: generateCaCertificates, last: true },
  'kernel-modules': { generate: generateKernelModules, last: false },
  ldconfig: { generate: generateLoaderCache, last: true },
};
