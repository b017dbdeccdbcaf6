// Spec → LockedSpec: every reference gets its digest, from the lock where it has one, else from the archive.
// What the lock says is taken as it is; what it lacks is added to it; `update` asks anew for everything.

import { type Arch, archByNode, architectureOf, architectures } from '../base/arch.ts';
import type { Digest } from '../base/digest.ts';
import { CatamaranError, placed } from '../base/errors.ts';
import type { ComponentDefinition } from '../component/definition.ts';
import { type ComponentSources, readSources } from '../component/sources.ts';
import { resolveWhole } from '../oci/every-platform.ts';
import type { ImageAccess, ImageOrigin } from '../oci/origin.ts';
import { resolveImage } from '../oci/resolve.ts';
import type { Catalogue, PackageOrigin } from '../packages/source.ts';
import { completeOrigin, sourceNamed, usualOrigin } from '../sources/table.ts';
import type { ImageReference } from '../specification/reference.ts';
import type { Container, Spec } from '../specification/types.ts';
import { digestOf } from '../store/digest-of.ts';
import { componentDirectory } from './component-directory.ts';
import type { Context } from './context.ts';
import { readSpecFiles } from './files.ts';
import { readFormer } from './former.ts';
import { imageName, wholeName } from './image-name.ts';
import { imageOfPackage } from './linuxkit-package.ts';
import { type ComponentLock, emptyLock, emptyTarget, type Lock, type TargetLock } from './lock-file.ts';
import type { LockedImage, LockedSpec } from './locked-spec.ts';

export interface ResolveRequest {
  readonly spec: Spec;
  readonly arch: Arch;
  /** Of the machine that builds: its tools are for this one. */
  readonly hostArch: Arch;
  readonly lock: Lock;
  /** `fill` adds what is missing, `update` renews all, `frozen` fails where something is missing. */
  readonly mode: 'fill' | 'update' | 'frozen';
}

export interface Resolution {
  readonly locked: LockedSpec;
  /** To be written where it is not the one that came in. */
  readonly lock: Lock;
}

const toolsComponent = 'component:tools';

export async function resolveSpec(request: ResolveRequest, context: Context): Promise<Resolution> {
  const { spec, arch, hostArch } = request;
  const catalogues = new CatalogueShelf(context);
  const start = request.mode === 'update' ? emptyLock : request.lock;
  const target = new TargetLocker(request, context, catalogues, start.targets?.[arch] ?? emptyTarget, arch);
  const images = new Map<string, LockedImage>();
  for (const reference of imagesOf(spec)) {
    const image = await target.lockImage(reference);
    images.set(image.name, image);
  }
  for (const reference of wholeImagesOf(spec)) {
    const image = await target.lockWhole(reference);
    images.set(image.name, image);
  }
  const loader = { kind: 'component', name: architectureOf(arch).grub.component } as const;
  const { packages: grub } = await target.lockComponent(loader, imageName(loader, spec.file));
  const hostTools = new TargetLocker(
    request,
    context,
    catalogues,
    start.tools?.[hostArch] ?? emptyTarget,
    hostArch,
  );
  const tools = await hostTools.lockComponent({ kind: 'component', name: 'tools' }, toolsComponent);

  const { epoch, suites } = catalogues.state ?? request.lock;
  const lock: Lock = {
    // Filling a gap does not make the system newer: its time stays until it is refreshed.
    epoch: start.epoch || epoch,
    suites: start.suites.length > 0 ? start.suites : suites,
    targets: { ...request.lock.targets, [arch]: target.result() },
    tools: { ...request.lock.tools, [hostArch]: hostTools.result() },
  };
  const files = await readSpecFiles(spec);
  const former = await readFormer(spec, arch);
  const time = context.sourceDateEpoch ?? lock.epoch;
  return {
    locked: {
      spec,
      arch,
      program: context.program,
      epoch: time,
      images,
      files,
      ...(former && { former }),
      tools: [...tools.packages, ...grub],
    },
    lock,
  };
}

/** Each image once, in the order of the spec. */
export function imagesOf(spec: Spec): ImageReference[] {
  const containers: Container[] = [...spec.onboot, ...spec.services, ...spec.onshutdown];
  const all = [
    ...(spec.kernel ? [spec.kernel.image, spec.kernel.initrd] : []),
    ...spec.init.map((use) => use.image),
    ...containers.map((container) => container.image),
    ...spec.volumes.flatMap(({ image, format }) =>
      image && !(format === 'oci' && isOrigin(image)) ? [image] : [],
    ),
  ];
  return [...new Map(all.map((reference) => [imageName(reference, spec.file), reference])).values()];
}

/** What volumes hold as a layout. A component is built for one platform: it is among the other images. */
export function wholeImagesOf(spec: Spec): Fetched[] {
  const all = spec.volumes.flatMap(({ image, format }) =>
    image && format === 'oci' && isOrigin(image) ? [image] : [],
  );
  return [...new Map(all.map((reference) => [imageName(reference, spec.file), reference])).values()];
}

/** An image that is not built here. */
type Fetched = Exclude<ImageReference, { kind: 'component' | 'directory' }>;

const isOrigin = (reference: ImageReference): reference is Fetched =>
  reference.kind !== 'component' && reference.kind !== 'directory';

/** What a source has for each architecture, asked for once and only when something is missing from the lock. */
class CatalogueShelf {
  readonly #context: Context;
  readonly #catalogues = new Map<string, Promise<Catalogue>>();
  /** Of the first one that was needed. */
  state: Pick<Lock, 'epoch' | 'suites'> | undefined;

  constructor(context: Context) {
    this.#context = context;
  }

  async get(origin: Required<PackageOrigin>, arch: Arch): Promise<Catalogue> {
    const { now, ...access } = this.#context;
    const key = `${arch} ${originText(origin)}`;
    const known = this.#catalogues.get(key);
    const opened = known ?? sourceNamed(origin.source).open(origin, arch, access, new Date(now * 1000));
    this.#catalogues.set(key, opened);
    const { epoch, suites } = await opened;
    this.state ??= { epoch, suites };
    return opened;
  }
}

const originText = ({ source, release, components }: Required<PackageOrigin>): string =>
  `${source}/${release} ${components.join(' ')}`;

/** Locks images for one architecture, starting from what is locked already. */
class TargetLocker {
  readonly #request: ResolveRequest;
  readonly #context: Context;
  readonly #catalogues: CatalogueShelf;
  readonly #known: TargetLock;
  readonly #arch: Arch;
  readonly #components: Record<string, ComponentLock> = {};
  readonly #images: Record<string, TargetLock['images'][string]> = {};

  constructor(
    request: ResolveRequest,
    context: Context,
    catalogues: CatalogueShelf,
    known: TargetLock,
    arch: Arch,
  ) {
    this.#request = request;
    this.#context = context;
    this.#catalogues = catalogues;
    this.#known = known;
    this.#arch = arch;
  }

  /** What was asked for, and nothing that the spec no longer names. */
  result(): TargetLock {
    return { components: this.#components, images: this.#images };
  }

  async lockImage(reference: ImageReference): Promise<LockedImage> {
    const name = this.#nameOf(reference);
    if (reference.kind === 'component' || reference.kind === 'directory') {
      return { kind: 'component', name, component: await this.lockComponent(reference, name) };
    }
    const origin = await this.#originOf(reference);
    const digest = await this.#lockPull(origin, this.#nameOf(origin), async (access) => {
      const resolved = await resolveImage(origin, { ...access, arch: this.#arch });
      return resolved.digest;
    });
    return { kind: 'pulled', name, image: { origin, digest } };
  }

  async lockWhole(reference: Fetched): Promise<LockedImage> {
    const name = wholeName(this.#nameOf(reference));
    const origin = await this.#originOf(reference);
    const digest = await this.#lockPull(origin, wholeName(this.#nameOf(origin)), (access) =>
      resolveWhole(origin, access),
    );
    return { kind: 'whole', name, image: { origin, digest } };
  }

  readonly #nameOf = (reference: ImageReference) => imageName(reference, this.#request.spec.file);

  /** The lock has a package under the image that it stands for: another commit of it is another image. */
  async #originOf(reference: Fetched): Promise<ImageOrigin> {
    return reference.kind === 'package' ? imageOfPackage(reference.path, this.#context.signal) : reference;
  }

  /** A registry's image keeps its digest until the lock is updated; what lies beside the spec is the user's own. */
  async #lockPull(
    origin: ImageOrigin,
    name: string,
    resolve: (access: ImageAccess) => Promise<Digest>,
  ): Promise<Digest> {
    const known = this.#known.images[name];
    const { mode } = this.#request;
    if (known !== undefined && origin.kind === 'registry') {
      this.#images[name] = known;
      return known;
    }
    if (known === undefined && mode === 'frozen') throw notLocked(name, false);
    const { cache, registries } = this.#context;
    const digest = await resolve({ cache, registries: await registries(), directory: '.' });
    if (mode === 'frozen' && digest !== known) throw notLocked(name, true);
    this.#images[name] = digest;
    return digest;
  }

  async lockComponent(reference: ImageReference & { kind: 'component' | 'directory' }, name: string) {
    const directory = componentDirectory(reference, this.#context);
    const sources = await readSources(directory);
    const component = await this.#lockPackages(name, sources);
    this.#components[name] = component;
    return { sources, packages: component.packages };
  }

  async #lockPackages(name: string, { definition }: ComponentSources): Promise<ComponentLock> {
    const packages = definition.packages.map((each) => each.replaceAll('{arch}', this.#arch));
    const { without } = definition;
    const origin = completeOrigin(definition.from ?? usualOrigin);
    const from = originText(origin);
    const request = digestOf({ packages, without, ...(from === originText(usualOrigin) ? {} : { from }) });
    const known = this.#known.components[name];
    if (known?.request === request) return known;
    if (packages.length === 0) return { request, packages: [] };
    if (this.#request.mode === 'frozen') throw notLocked(name, known !== undefined);
    const catalogue = await this.#catalogues.get(origin, this.#arch);
    try {
      return { request, packages: catalogue.resolve({ packages, without, requester: name }) };
    } catch (thrown) {
      throw placed(thrown, ({ message }) => placeOfPackage(definition, `${name} → `, message));
    }
  }
}

/** The line of component.yml whose package leads to what a message says, by the chain in it; else that of all. */
function placeOfPackage({ packages, source }: ComponentDefinition, start: string, message: string) {
  const chain = message.slice(message.indexOf(start) + start.length);
  const asked = /^[^ ;:,]*/.exec(chain)![0];
  const at = packages.findIndex((each) => each.replace(/=.*$/s, '') === asked);
  return source.positionOf(at === -1 ? '/packages' : `/packages/${at}`);
}

function notLocked(name: string, changed: boolean): CatamaranError {
  return new CatamaranError('spec', {
    code: 'lock-stale',
    message: changed
      ? `${name} asks for other packages than when it was locked`
      : `${name} is not in the lock file`,
    hint: 'Run `catamaran lock SPEC` and commit the lock file, or build without --locked.',
  });
}

/** By Node's name of it. */
export function hostArchitecture(nodeArch: string): Arch {
  const arch = archByNode(nodeArch);
  if (arch) return arch;
  throw new CatamaranError('environment', {
    code: 'host-unsupported',
    message: `there are no host tools for this machine's architecture: ${nodeArch}`,
    hint: `Build on one of ${architectures.join(', ')}.`,
  });
}
