// Debian as a source of packages: what the table of sources has of it.
import type { PackageSource } from '../packages/source.ts';
import { loadArchive } from './archive.ts';
import { packageControl, packageTree, preparePackages } from './deb.ts';
import { findMirror } from './mirror.ts';
import { solve } from './solve.ts';
import { archiveComponents, suites } from './suites.ts';

export const debian: PackageSource = {
  releases: Object.keys(suites),
  components: archiveComponents,
  owns: ({ path }) => path.endsWith('.deb'),
  findMirror,
  async open({ release, components }, arch, { mirror, ...to }, now) {
    const { packages, releases, snapshotEpoch } = await loadArchive({
      ...to,
      mirror: typeof mirror === 'function' ? await mirror() : mirror,
      suite: release,
      ...(components ? { components } : {}),
      arch,
      now,
    });
    return {
      resolve: (request) => solve(request, packages).map(({ why: _, ...locked }) => locked),
      epoch: snapshotEpoch,
      suites: releases.map(({ suite, date }) => ({ suite, date })),
    };
  },
  fetch: (packages, access) => preparePackages(packages, access),
  unpack: packageTree,
  control: packageControl,
  purl: ({ name, version, arch }) =>
    `pkg:deb/debian/${encodeURIComponent(name)}@${encodeURIComponent(version)}?arch=${arch}`,
  supplier: 'Organization: Debian',
};
