// The base segment: everything that is at hand as soon as the initrd has mounted it. Init images, the spec's files, the
// containers' bundles and the index of segments go into it.

import { readFile } from 'node:fs/promises';
import { digestHex } from '../base/digest.ts';
import { placeInControlGroup } from '../container/control-group.ts';
import type { PlacedContainer } from '../container/init/init.ts';
import { initOf } from '../container/init/table.ts';
import { scheduleTable } from '../container/schedule.ts';
import { makeVolume } from '../container/volume.ts';
import type { IndexedSegment } from '../contract/segments.ts';
import type { JsonPointer } from '../document/pointer.ts';
import type { Planning } from '../engine/planning.ts';
import type { KeptBlob } from '../engine/result.ts';
import type { Step, Use } from '../engine/step.ts';
import { toolsOf } from '../engine/tools.ts';
import type { Workshop } from '../engine/workshop.ts';
import { assembleBase, type Source } from '../image/base-tree.ts';
import { makeSegment } from '../image/segment.ts';
import { modulesOf } from '../oci/image.ts';
import type { ReadonlyTree, TreePath } from '../tree/tree.ts';
import { planBill } from './bill.ts';
import { readBundle } from './bundle.ts';
import { readFormerBundle } from './former.ts';
import { describeContents } from './inputs.ts';
import { laySegments, needsOfLaying, type RootParts } from './lay.ts';
import { segmentLevel } from './levels.ts';
import { checkModules } from './module-names.ts';

export type KeptBase = KeptBlob<'base'>;

export const baseKind = { name: 'base', module: 'steps/base' };

export function planBase(parts: RootParts, planning: Planning): Step<KeptBase> {
  const bill = (planning.options.sbom ?? true) ? planning.once(planBill) : undefined;
  return planning.keep({
    kind: baseKind,
    id: 'base',
    inputs: { ...planning.common, level: String(segmentLevel), ...planning.once(describeContents) },
    needs: [
      ...new Set<Step>([
        ...parts.init,
        parts.kernel,
        parts.moduleNames,
        ...needsOfLaying(parts),
        ...(bill ? [bill] : []),
      ]),
    ],
    make: (use, workshop) => makeBase(parts, bill, use, workshop),
  });
}

async function makeBase(
  parts: RootParts,
  bill: Step<string> | undefined,
  use: Use,
  workshop: Workshop,
): Promise<KeptBase> {
  const { locked, context, cache } = workshop;
  const { spec, files, epoch } = locked;
  const init: Source[] = [];
  /** Of the kernel, by who needs them. */
  const wanted = new Map<string, readonly string[]>();
  const places = new Map<string, JsonPointer>();
  for (const [index, image] of parts.init.entries()) {
    const { title, open } = use(image);
    places.set(title, spec.init[index]!.pointer);
    const { image: opened, tree } = await open();
    init.push({ name: title, tree });
    wanted.set(title, modulesOf(opened));
  }

  const kind = await initOf(init.map(({ tree }) => tree));
  const bundles: Source[] = [];
  const placed: PlacedContainer[] = [];
  for (const { container, bundle } of parts.containers) {
    const { tree, mountPoint, modules } = await readBundle(use(bundle), cache);
    wanted.set(`the container ${container.name}`, modules);
    places.set(`the container ${container.name}`, container.pointer);
    const path = mountPoint.replace(/\/[^/]+$/, '');
    await placeInControlGroup(tree, path, kind);
    bundles.push({ name: `the container ${container.name}`, tree });
    placed.push({ container, path });
  }
  if (kind) bundles.push({ name: 'what init is given', tree: kind.giveFiles(placed) });
  const scheduled = scheduleTable(parts.containers.map(({ container }) => container));
  bundles.push({ name: 'the schedule of a service', tree: scheduled });
  for (const { volume } of parts.volumes)
    bundles.push({ name: `the volume ${volume.name}`, tree: makeVolume(volume).tree });
  const former = parts.former && use(parts.former);
  for (const version of former?.facts.versions ?? [])
    bundles.push({
      name: `${version.service} of ${version.release}`,
      tree: await readFormerBundle(former!, version, cache),
    });

  const segments = laySegments(parts, use).map(
    ({ blob, mountPoints }): IndexedSegment => ({
      size: blob.size,
      sha256: digestHex(blob.digest),
      mountPoints,
    }),
  );
  const names = await readFile(cache.blobPath(use(parts.moduleNames).blobs.names.digest), 'utf8');
  checkModules(names, use(parts.kernel).name, wanted, (name) => spec.source.positionOf(places.get(name)!));
  const tree = await assembleBase({
    init,
    modules: [...wanted.values()].flat(),
    bundles,
    files: files.tree,
    os: spec.os,
    health: spec.health,
    network: spec.network,
    update: spec.update && { section: spec.update, epoch },
    segments,
    ...(bill && { bill: use(bill) }),
  });
  const base = await makeSegment(cache, await toolsOf(workshop), tree, {
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
