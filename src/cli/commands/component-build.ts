// `catamaran component build NAME`: one component to an OCI image in the cache; its manifest's digest is the answer.
import type { Arch } from '../../base/arch.ts';
import { messageOf } from '../../base/errors.ts';
import { asJson } from '../../base/json.ts';
import { formatSize } from '../../base/size.ts';
import { type GatherRequest, gatherFiles, type PackageTrees } from '../../component/gather.ts';
import { type Deed, deedsLeft, listDeeds } from '../../component/scripts/deeds.ts';
import type { ComponentSources } from '../../component/sources.ts';
import { createExecutor } from '../../engine/execute.ts';
import { beginPlan } from '../../engine/planning.ts';
import { prefetch } from '../../engine/prefetch.ts';
import { withWorkshop } from '../../engine/workshop.ts';
import type { Context } from '../../lock/context.ts';
import { hostArchitecture } from '../../lock/resolve.ts';
import type { Image } from '../../oci/image.ts';
import { loadImage } from '../../oci/store.ts';
import type { LockedPackage } from '../../packages/locked.ts';
import { packageTreesOf, planComponent } from '../../steps/component.ts';
import { lostBlob } from '../../store/lost-blob.ts';
import { createContext } from '../context.ts';
import { lockOne } from '../lock-one.ts';
import { targetArch } from '../options.ts';
import type { Session } from '../session.ts';
import { findComponent } from './component.ts';
import { recordBuilt } from './image-record.ts';

export async function buildComponentImage(named: string, session: Session): Promise<void> {
  const { front } = session;
  let left: Deed[] = [];
  const built = await buildNamed(named, session, await createContext(session), async (request, trees) => {
    left = await leftUndone(request, trees).catch((thrown) => {
      // The image is there all the same.
      front.warn(`what the packages' scripts would have done is not known: ${messageOf(thrown)}`);
      return [];
    });
  });
  const { name, image, packages } = built;
  const { digest, manifest } = image;
  const size = manifest.layers.reduce((sum, layer) => sum + layer.size, 0);
  front.info(
    `${name}: ${packages.length} ${packages.length === 1 ? 'package' : 'packages'}, ${formatSize(size)}`,
  );
  for (const { package: from, what, generator } of left) {
    const remedy = generator === undefined ? '' : ` (generate: ${generator})`;
    front.info(`not done, as no script runs: ${from} ${what}${remedy}`);
  }
  const listed = packages.map(({ name, version }) => ({ name, version }));
  front.result(
    'component build',
    { name, digest, size, packages: listed, undone: asJson(left) },
    `${digest}\n`,
  );
}

/** Of the packages that leave something in it. */
async function leftUndone(request: GatherRequest, trees: PackageTrees): Promise<Deed[]> {
  const { packages } = await gatherFiles(request, trees);
  return deedsLeft(listDeeds(await packages.scripts()), request.sources.definition.generate);
}

export interface BuiltComponent {
  /** As in a spec. */
  readonly name: string;
  readonly image: Image;
  readonly packages: readonly LockedPackage[];
  readonly sources: ComponentSources;
  readonly arch: Arch;
}

/** What is done with a component while its packages are at hand. */
export type WithPackages = (built: BuiltComponent, packages: PackageTrees) => Promise<void>;

/** `named`: a component's name, or the path of one. The image is in the cache, and listed there. */
export async function buildNamed(
  named: string,
  session: Session,
  context: Context,
  use: WithPackages = async () => {},
): Promise<BuiltComponent> {
  const { io, globals } = session;
  const isPath = named.includes('/');
  if (!isPath) await findComponent(named);
  const request = {
    reference: isPath ? named : `component:${named}`,
    arch: targetArch(globals, io),
    hostArch: hostArchitecture(io.machine),
    remembered: globals.offline,
  };
  const { name, component, locked } = await lockOne(request, context);
  const step = planComponent(name, component, beginPlan(locked));
  const built = await withWorkshop(locked, context, async (workshop) => {
    await prefetch([step], workshop);
    const { blobs } = await createExecutor(workshop).resultOf(step);
    const image = await loadImage(context.cache, blobs.manifest.digest, name);
    if (!image) throw lostBlob(blobs.manifest.digest);
    const { sources, packages } = component;
    const built = { name, image, packages, sources, arch: locked.arch };
    await use(built, packageTreesOf(workshop));
    return built;
  });
  await recordBuilt(built.image, name, session, context);
  return built;
}
