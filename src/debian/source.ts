// Debian as a source of packages: what the table of sources has of it.
import type { LockedPackage } from '../packages/locked.ts';
import type { PackageSource } from '../packages/source.ts';
import { contentBytes, sizeOf } from '../tree/content.ts';
import { loadArchive } from './archive.ts';
import { licencesOf } from './copyright.ts';
import { packageControl, packageTree, preparePackages } from './deb.ts';
import { findMirror, statedMirror } from './mirror.ts';
import { solve } from './solve.ts';
import { archiveComponents, suites } from './suites.ts';

export const debian: PackageSource = {
  releases: Object.keys(suites),
  components: archiveComponents,
  owns: ({ path }) => path.endsWith('.deb'),
  statedMirror,
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
  purl: packageUrlOf,
  supplier: 'Organization: Debian',
  async licences({ name }, tree) {
    const node = tree.get(`usr/share/doc/${name}/copyright`);
    if (node?.type !== 'file' || sizeOf(node.content) > longestCopyright) return undefined;
    return licencesOf(Buffer.from(await contentBytes(node.content)).toString());
  },
};

/** In bytes. */
const longestCopyright = 1 << 20;

/**
 * As scanners match it against Debian's advisories: by release and by source package, which the pool's path names. An
 * epoch's colon is itself in a package URL.
 */
function packageUrlOf({ name, version, arch, path }: LockedPackage): string {
  const source = path.split('/').at(-2) ?? name;
  const facts = Object.values(suites)[0]!;
  const upstream = source === name ? '' : `&upstream=${encodeURIComponent(source)}`;
  const at = encodeURIComponent(version).replaceAll('%3A', ':');
  return `pkg:deb/debian/${encodeURIComponent(name)}@${at}?arch=${arch}&distro=debian-${facts.number}${upstream}`;
}
