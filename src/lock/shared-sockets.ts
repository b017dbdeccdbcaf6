// Two components of one system that listen on the same: the second would end when the machine is up, again and again. Told
// while the spec is read, from what the components say under `sockets`.
import type { Diagnostic } from '../base/errors.ts';
import { childOf } from '../document/pointer.ts';
import type { ImageReference } from '../specification/reference.ts';
import type { Container, ImageUse, Spec } from '../specification/types.ts';
import { imageName } from './image-name.ts';

/** Of a component's definition what counts here. */
export interface SocketOwner {
  readonly sockets: readonly string[];
  readonly runtime?: { readonly net?: string | undefined } | undefined;
}

type Local = ImageReference & { kind: 'component' | 'directory' };

/** @param open the component that a reference names; undefined where it cannot be read, which is told elsewhere */
export async function findSharedSockets(
  spec: Spec,
  open: (reference: Local) => Promise<SocketOwner | undefined>,
): Promise<Diagnostic[]> {
  const owners = new Map<string, string>();
  const found: Diagnostic[] = [];
  const uses: readonly (ImageUse | Container)[] = [...spec.init, ...spec.services];
  for (const use of uses) {
    const { image, pointer } = use;
    if (image.kind !== 'component' && image.kind !== 'directory') continue;
    const owner = await open(image);
    if (owner === undefined) continue;
    const container = 'settings' in use ? use : undefined;
    const called = imageName(image, spec.file);
    const name = container ? `the service ${container.name} (${called})` : called;
    // Another command listens where it is told to.
    if (container?.settings.command !== undefined) continue;
    const net = container?.settings.net ?? (container ? owner.runtime?.net : 'host');
    for (const socket of new Set(owner.sockets)) {
      if (!socket.startsWith('/') && net !== 'host') continue;
      const other = owners.get(socket);
      if (other === undefined) owners.set(socket, name);
      else {
        found.push({
          code: 'spec-shared-socket',
          message: `${name} listens on ${socket}, and so does ${other}`,
          hint: 'Keep one of them, or give one a `command` that listens elsewhere.',
          position: spec.source.positionOf(container ? childOf(pointer, 'image') : pointer),
        });
      }
    }
  }
  return found;
}
