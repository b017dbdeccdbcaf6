// The versions of a service that this release has: its own, and the former ones that are kept beside it (docs/updates.md). The
// index of the segments says which is which: a version is known by the digest of its segment.
import { bundlePath, keptPath, keptReleaseName } from '../../contract/bundles.ts';
import { readSegments, segmentsPath } from '../../contract/segments.ts';
import type { Host } from '../host/host.ts';

export interface ServiceVersion {
  /** Of its bundle, on the machine. */
  readonly place: string;
  /** Of its segment. */
  readonly sha256: string;
  /** The version of the release that it comes from; absent for the release's own. */
  readonly release?: string;
}

/** The release's own first, then the former ones, the newest first. */
export function readVersions(host: Host, service: string): ServiceVersion[] {
  const segments = readSegments(host.readText(`/${segmentsPath}`) ?? '');
  const digestAt = (place: string) =>
    segments.find(({ mountPoints }) => mountPoints.some((point) => point.startsWith(`${place}/`)))?.sha256;
  const own = bundlePath('services', service);
  const versions: ServiceVersion[] = [];
  for (let place = own, nth = 1; ; place = keptPath(service, nth++)) {
    const sha256 = digestAt(place);
    if (sha256 === undefined) return versions;
    const release = place === own ? undefined : host.readText(`${place}/${keptReleaseName}`)?.trim();
    versions.push({ place, sha256, ...(release === undefined ? {} : { release }) });
  }
}
