// The base segment: everything that is at hand as soon as the initrd has mounted it.
import { digestHex } from '../base/digest.ts';
import { makeVolume } from '../container/volume.ts';
import { blobOf, type Needs, type StepResult } from '../engine/result.ts';
import type { Step, StepId, Work } from '../engine/step.ts';
import { openImage, type Workshop } from '../engine/workshop.ts';
import { assembleBase, type IndexedSegment, type Source } from '../image/base-tree.ts';
import { makeSegment } from '../image/segment.ts';
import type { ReadonlyTree, TreePath } from '../tree/tree.ts';
import { readBundle } from './bundle.ts';
import { segmentLevel } from './levels.ts';

export async function makeBase(
  step: Step<Work & { kind: 'base' }>,
  needs: Needs,
  workshop: Workshop,
): Promise<StepResult> {
  const { locked, context, cache } = workshop;
  const { spec, files, epoch } = locked;
  const init: Source[] = [];
  for (const id of step.work.init) init.push({ name: id, tree: (await openImage(workshop, needs, id)).tree });

  const bundles: Source[] = [];
  const mountPoints = new Map<StepId, string[]>([[step.work.modules, ['/usr/lib/modules']]]);
  for (const { container, bundle, segment } of step.work.containers) {
    const { tree, mountPoint } = await readBundle(bundle, needs, workshop);
    bundles.push({ name: `the container ${container.name}`, tree });
    mountPoints.set(segment, [...(mountPoints.get(segment) ?? []), mountPoint]);
  }

  for (const { volume, segment } of step.work.volumes) {
    const { tree, mountPoint } = makeVolume(volume);
    bundles.push({ name: `the volume ${volume.name}`, tree });
    if (segment) mountPoints.set(segment, [...(mountPoints.get(segment) ?? []), mountPoint]);
  }

  const segments = [...mountPoints].map(([id, points]): IndexedSegment => {
    const { digest, size } = blobOf(needs, id, 'segment');
    return { size, sha256: digestHex(digest), mountPoints: points };
  });
  const tree = await assembleBase({
    init,
    bundles,
    files: files.tree,
    os: spec.os,
    health: spec.health,
    update: spec.update && { section: spec.update, epoch },
    segments,
  });
  const base = await makeSegment(cache, await workshop.tools(), tree, {
    epoch,
    level: segmentLevel,
    last: pathsOfRelease(tree, init, files.tree),
    processors: context.jobs,
    signal: context.signal,
  });
  return { blobs: { base }, facts: {} };
}

/** All that the init images do not bring: the release's name, the index, the bundles, the spec's files. */
function pathsOfRelease(tree: ReadonlyTree, init: readonly Source[], files: ReadonlyTree): Set<TreePath> {
  const fromInit = (path: TreePath) => init.some((source) => source.tree.has(path)) && !files.has(path);
  return new Set([...tree.keys()].filter((path) => !fromInit(path)));
}
