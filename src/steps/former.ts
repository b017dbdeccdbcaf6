// Former versions of the services that have changed, out of a release that was built before: of each its segment, as it lies
// in that release's root image, and its bundle, out of that release's base.
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { readTarFile } from '../archive/read-tar.ts';
import { writeTar } from '../archive/write-tar.ts';
import { digestFromHex, digestHex } from '../base/digest.ts';
import { CatamaranError } from '../base/errors.ts';
import { asJson } from '../base/json.ts';
import { bundlePath, keptPath, keptReleaseName } from '../contract/bundles.ts';
import type { BootManifest, RootSegment } from '../contract/release-manifest.ts';
import type { Planning } from '../engine/planning.ts';
import type { Kept } from '../engine/result.ts';
import type { Step } from '../engine/step.ts';
import { toolsOf } from '../engine/tools.ts';
import type { LockedFormer } from '../lock/former.ts';
import type { Container } from '../specification/types.ts';
import type { Blob } from '../store/blob.ts';
import type { Cache } from '../store/cache.ts';
import { digestOf } from '../store/digest-of.ts';
import { putFile } from '../store/put-file.ts';
import type { Tools } from '../tools/tools.ts';
import { addParents, directory, file, type Tree } from '../tree/tree.ts';
import type { KeptSegment } from './segment.ts';

export interface FormerVersion {
  readonly service: string;
  /** 1 is the newest. */
  readonly nth: number;
  /** The version of the release that it was in. */
  readonly release: string;
  /** Absolute on the machine, where it is kept. */
  readonly mountPoint: string;
  /** Names of its blobs. */
  readonly segment: string;
  readonly bundle: string;
}

export type KeptFormer = Kept<
  Readonly<Record<string, Blob>>,
  { readonly versions: readonly FormerVersion[] }
>;

export const formerKind = { name: 'former', module: 'steps/former' };

interface CurrentContainer {
  readonly container: Container;
  readonly segment: Step<KeptSegment>;
}

export function planFormer(
  former: LockedFormer,
  containers: readonly CurrentContainer[],
  planning: Planning,
): Step<KeptFormer> {
  const services = containers.filter(({ container }) => container.section === 'services');
  return planning.keep({
    kind: formerKind,
    id: `former versions of ${former.manifest.version}`,
    inputs: {
      ...planning.common,
      release: digestOf(asJson(former.manifest)),
      versions: String(former.versions),
      services: services.map(({ container }) => container.name).join(' '),
    },
    needs: [...new Set(services.map(({ segment }) => segment))],
    async make(use, workshop) {
      const chosen = services.flatMap(({ container, segment }) =>
        chooseVersions(former, container.name, digestHex(use(segment).blobs.segment.digest)),
      );
      if (chosen.length === 0) return { blobs: {}, facts: { versions: [] } };
      return cutOut(former, chosen, workshop.cache, await toolsOf(workshop));
    },
  });
}

/** As they lie in the former release. */
interface Found {
  readonly service: string;
  readonly segment: RootSegment;
  /** The bundle's directory there. */
  readonly bundle: string;
  /** Below it. */
  readonly mount: string;
}

function chooseVersions({ manifest, versions }: LockedFormer, service: string, current: string): Found[] {
  const seen = new Set([current]);
  const places = [bundlePath('services', service)];
  // Each place is there only where the one before it is.
  for (let nth = 1; findAt(manifest, keptPath(service, nth)); nth += 1) places.push(keptPath(service, nth));
  return places
    .flatMap((bundle) => {
      const found = findAt(manifest, bundle);
      if (found === undefined || seen.has(found.segment.sha256)) return [];
      seen.add(found.segment.sha256);
      return [{ service, bundle, ...found }];
    })
    .slice(0, versions);
}

function findAt({ segments }: BootManifest, bundle: string): Pick<Found, 'segment' | 'mount'> | undefined {
  for (const segment of segments)
    for (const point of segment.mountPoints ?? [])
      if (point.startsWith(`${bundle}/`) && !point.slice(bundle.length + 1).includes('/'))
        return { segment, mount: point.slice(bundle.length + 1) };
  return undefined;
}

async function cutOut(
  { manifest, rootImage }: LockedFormer,
  chosen: readonly Found[],
  cache: Cache,
  tools: Tools,
): Promise<KeptFormer> {
  const scratch = await cache.scratch();
  try {
    const cut = (segment: RootSegment) =>
      cutSegment(rootImage, segment, join(scratch.path, 'segment'), cache);
    const base = await cut(manifest.segments[0]!);
    const unpacked = join(scratch.path, 'unpacked');
    await mkdir(unpacked);
    const wanted = chosen.map(({ bundle }) => bundle.slice(1));
    await tools.run('unsquashfs', [
      '-quiet',
      '-no-progress',
      '-no-xattrs',
      '-force',
      '-d',
      unpacked,
      cache.blobPath(base.digest),
      ...wanted,
    ]);
    const blobs: Record<string, Blob> = {};
    const versions: FormerVersion[] = [];
    for (const { service, segment, bundle, mount } of chosen) {
      const nth = versions.filter((each) => each.service === service).length + 1;
      const place = keptPath(service, nth);
      const tree = await readBundleFiles(join(unpacked, bundle), place);
      // One that had been kept there too says where it comes from.
      const said = await readFile(join(unpacked, bundle, keptReleaseName), 'utf8').catch(
        () => manifest.version,
      );
      const release = said.trim();
      tree.set(`${place.slice(1)}/${keptReleaseName}`, file(`${release}\n`));
      const names = { segment: `segment ${segment.sha256}`, bundle: `bundle ${service} ${nth}` };
      blobs[names.segment] ??= await cut(segment);
      blobs[names.bundle] = await cache.putBlob(writeTar(tree, { clampMtime: 0 }), { derived: true });
      versions.push({ service, nth, release, mountPoint: `${place}/${mount}`, ...names });
    }
    return { blobs, facts: { versions } };
  } finally {
    await scratch.dispose();
  }
}

async function cutSegment(image: string, segment: RootSegment, path: string, cache: Cache): Promise<Blob> {
  const { offset, size, sha256 } = segment;
  await pipeline(createReadStream(image, { start: offset, end: offset + size - 1 }), createWriteStream(path));
  const blob = await putFile(cache, path, { derived: true });
  if (blob.digest === digestFromHex(sha256)) return blob;
  throw new CatamaranError('integrity', {
    code: 'keep-damaged',
    message: `${image} does not have at ${offset} what its boot archive says`,
    hint: 'Build that release again, or take keep out of the spec.',
  });
}

/** A bundle is flat: files, and empty directories for what is mounted. */
async function readBundleFiles(from: string, place: string): Promise<Tree> {
  const inside = place.slice(1);
  const tree: Tree = new Map([[inside, directory()]]);
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const path = join(from, entry.name);
    tree.set(`${inside}/${entry.name}`, entry.isDirectory() ? directory() : file(await readFile(path)));
  }
  addParents(tree, inside);
  return tree;
}

export function readFormerBundle(
  { blobs }: KeptFormer,
  { bundle }: FormerVersion,
  cache: Cache,
): Promise<Tree> {
  return readTarFile(cache.blobPath(blobs[bundle]!.digest));
}
