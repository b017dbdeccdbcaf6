// `catamaran component push NAME REFERENCE`: one component, built and sent to a registry, where a spec of this command
// or of LinuxKit can name it.
import { compressLayers, pushImages } from '../../oci/push.ts';
import { parseRegistryReference } from '../../oci/reference.ts';
import { createContext } from '../context.ts';
import type { Session } from '../session.ts';
import { buildNamed } from './component-build.ts';

export async function pushComponent(named: string, to: string, session: Session): Promise<void> {
  // Before anything is built.
  const reference = parseRegistryReference(to);
  const context = await createContext(session);
  const { cache } = context;
  const built = await buildNamed(named, session, context);
  const image = await compressLayers(cache, built.image);
  const registries = await context.registries();
  const { name, digest } = await pushImages([image], reference, { cache, registries });
  session.front.result('component push', { component: built.name, name, digest }, `${name}\n`);
}
