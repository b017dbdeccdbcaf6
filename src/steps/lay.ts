// Which segments lie in a root image behind base, in their order, and where the machine mounts each: of the containers, of
// the kernel's modules, of volumes, and of the former versions that are kept.

import { makeVolume } from '../container/volume.ts';
import type { Step, Use } from '../engine/step.ts';
import type { Container, Volume } from '../specification/types.ts';
import type { Blob } from '../store/blob.ts';
import type { KeptBundle } from './bundle.ts';
import type { KeptFormer } from './former.ts';
import type { BuiltImage } from './image.ts';
import type { KeptModuleNames } from './module-names.ts';
import type { KeptSegment } from './segment.ts';

/** What a root image is made of. */
export interface RootParts {
  readonly init: readonly Step<BuiltImage>[];
  readonly modules: Step<KeptSegment>;
  readonly kernel: Step<BuiltImage>;
  readonly moduleNames: Step<KeptModuleNames>;
  readonly containers: readonly {
    readonly container: Container;
    readonly bundle: Step<KeptBundle>;
    readonly segment: Step<KeptSegment>;
  }[];
  /** `segment`: what is in it at first; absent: nothing. */
  readonly volumes: readonly { readonly volume: Volume; readonly segment?: Step<KeptSegment> }[];
  readonly former?: Step<KeptFormer>;
}

export interface LaidSegment {
  readonly name: string;
  readonly blob: Blob;
  /** Absolute on the machine. */
  readonly mountPoints: readonly string[];
}

/** The steps that `laySegments` asks. */
export function needsOfLaying(parts: RootParts): Step[] {
  const { modules, containers, volumes, former } = parts;
  return [
    modules,
    ...containers.flatMap(({ segment, bundle }) => [segment, bundle]),
    ...volumes.flatMap(({ segment }) => (segment ? [segment] : [])),
    ...(former ? [former] : []),
  ];
}

export function laySegments({ modules, containers, volumes, former }: RootParts, use: Use): LaidSegment[] {
  const laid = new Map<string, { name: string; blob: Blob; mountPoints: string[] }>();
  const lay = (name: string, blob: Blob, point: string) => {
    const known = laid.get(blob.digest) ?? { name, blob, mountPoints: [] };
    known.mountPoints.push(point);
    laid.set(blob.digest, known);
  };
  const layStep = (step: Step<KeptSegment>, point: string) =>
    lay(step.id.replace(/^segment /, ''), use(step).blobs.segment, point);
  layStep(modules, '/usr/lib/modules');
  for (const { segment, bundle } of containers) layStep(segment, use(bundle).facts.mountPoint);
  for (const { volume, segment } of volumes) if (segment) layStep(segment, makeVolume(volume).mountPoint);
  if (former) {
    const { blobs, facts } = use(former);
    for (const { service, release, segment, mountPoint } of facts.versions)
      lay(`${service} of ${release}`, blobs[segment]!, mountPoint);
  }
  return [...laid.values()];
}
