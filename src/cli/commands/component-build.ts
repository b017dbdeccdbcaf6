// `catamaran component build NAME`: one component to an OCI image in the cache; its manifest's digest is the answer.
import { formatSize } from '../../base/size.ts';
import { makeComponent } from '../../build/steps/component.ts';
import { withWorkshop } from '../../build/workshop.ts';
import { preparePackages } from '../../debian/deb.ts';
import { hostArchitecture } from '../../lock/resolve.ts';
import { componentStep, makeStep, type Step, type Work } from '../../plan/step.ts';
import { createContext } from '../context.ts';
import { lockOne } from '../lock-one.ts';
import { targetArch } from '../options.ts';
import type { Session } from '../session.ts';
import { findComponent } from './component.ts';

export async function buildComponent(named: string, session: Session): Promise<void> {
  const { io, globals, front } = session;
  const isPath = named.includes('/');
  if (!isPath) await findComponent(named);
  const context = await createContext(session);
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
    await preparePackages(component.packages, workshop.packages);
    return makeComponent(step, workshop);
  });
  task.done();

  const { manifest, config: _, ...layers } = blobs;
  const digest = manifest!.digest;
  const size = Object.values(layers).reduce((sum, layer) => sum + layer.size, 0);
  front.info(`${name}: ${component.packages.length} packages, ${formatSize(size)}`);
  const packages = component.packages.map(({ name, version }) => ({ name, version }));
  front.result('component build', { name, digest, size, packages }, `${digest}\n`);
}
