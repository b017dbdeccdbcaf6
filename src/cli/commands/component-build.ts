// `catamaran component build NAME`: one component to an OCI image in the cache; its manifest's digest is the answer.
import { formatSize } from '../../base/size.ts';
import { componentStep, makeStep, type Step, type Work } from '../../engine/step.ts';
import { withWorkshop } from '../../engine/workshop.ts';
import { lostBlob } from '../../image/root-image.ts';
import type { Context } from '../../lock/context.ts';
import { hostArchitecture } from '../../lock/resolve.ts';
import type { Image } from '../../oci/image.ts';
import { loadImage } from '../../oci/store.ts';
import type { LockedPackage } from '../../packages/locked.ts';
import { fetchPackages } from '../../sources/table.ts';
import { makeComponent } from '../../steps/component.ts';
import { createContext } from '../context.ts';
import { lockOne } from '../lock-one.ts';
import { targetArch } from '../options.ts';
import type { Session } from '../session.ts';
import { findComponent } from './component.ts';
import { recordBuilt } from './image-find.ts';

export async function buildComponent(named: string, session: Session): Promise<void> {
  const { front } = session;
  const { name, image, packages } = await buildNamed(named, session, await createContext(session));
  const { digest, manifest } = image;
  const size = manifest.layers.reduce((sum, layer) => sum + layer.size, 0);
  front.info(`${name}: ${packages.length} packages, ${formatSize(size)}`);
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
  const { io, globals, front } = session;
  const isPath = named.includes('/');
  if (!isPath) await findComponent(named);
  const request = {
    reference: isPath ? named : `component:${named}`,
    arch: targetArch(globals, io),
    hostArch: hostArchitecture(io.machine),
    remembered: globals.offline,
  };
  const { name, component, locked } = await lockOne(request, context);
  const work = { kind: 'component', component } as const;
  const step = makeStep(componentStep(name), work, {}, []) as Step<Work & { kind: 'component' }>;
  const task = front.task(step.id);
  const { blobs } = await withWorkshop(locked, context, async (workshop) => {
    await fetchPackages(component.packages, workshop.packages);
    return makeComponent(step, workshop);
  });
  task.done();
  const image = await loadImage(context.cache, blobs.manifest!.digest, name);
  if (!image) throw lostBlob(blobs.manifest!.digest);
  await recordBuilt(image, name, session, context);
  return { name, image, packages: component.packages };
}
