// `catamaran component build NAME`: one component to an OCI image in the cache; its manifest's digest is the answer.
import { formatSize } from '../../base/size.ts';
import { createExecutor } from '../../engine/execute.ts';
import { beginPlan } from '../../engine/planning.ts';
import { prefetch } from '../../engine/prefetch.ts';
import { withWorkshop } from '../../engine/workshop.ts';
import type { Context } from '../../lock/context.ts';
import { hostArchitecture } from '../../lock/resolve.ts';
import type { Image } from '../../oci/image.ts';
import { loadImage } from '../../oci/store.ts';
import type { LockedPackage } from '../../packages/locked.ts';
import { planComponent } from '../../steps/component.ts';
import { lostBlob } from '../../store/lost-blob.ts';
import { createContext } from '../context.ts';
import { lockOne } from '../lock-one.ts';
import { targetArch } from '../options.ts';
import type { Session } from '../session.ts';
import { findComponent } from './component.ts';
import { recordBuilt } from './image-record.ts';

export async function buildComponentImage(named: string, session: Session): Promise<void> {
  const { front } = session;
  const { name, image, packages } = await buildNamed(named, session, await createContext(session));
  const { digest, manifest } = image;
  const size = manifest.layers.reduce((sum, layer) => sum + layer.size, 0);
  front.info(
    `${name}: ${packages.length} ${packages.length === 1 ? 'package' : 'packages'}, ${formatSize(size)}`,
  );
  const listed = packages.map(({ name, version }) => ({ name, version }));
  front.result('component build', { name, digest, size, packages: listed }, `${digest}\n`);
}

export interface BuiltComponent {
  /** As in a spec. */
  readonly name: string;
  readonly image: Image;
  readonly packages: readonly LockedPackage[];
}

/** `named`: a component's name, or the path of one. The image is in the cache, and listed there. */
export async function buildNamed(named: string, session: Session, context: Context): Promise<BuiltComponent> {
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
  const { blobs } = await withWorkshop(locked, context, async (workshop) => {
    await prefetch([step], workshop);
    return createExecutor(workshop).resultOf(step);
  });
  const image = await loadImage(context.cache, blobs.manifest.digest, name);
  if (!image) throw lostBlob(blobs.manifest.digest);
  await recordBuilt(image, name, session, context);
  return { name, image, packages: component.packages };
}
