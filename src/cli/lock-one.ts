// One component by itself, outside of any spec: its packages solved, ready to be built. For `component build`, and for
// the QEMU that `run` boots with.
import type { Arch } from '../base/arch.ts';
import { CatamaranError } from '../base/errors.ts';
import type { Context } from '../lock/context.ts';
import { emptyLock, formatLock } from '../lock/lock-file.ts';
import type { LockedComponent, LockedSpec } from '../lock/locked-spec.ts';
import { parseLock } from '../lock/parse-lock.ts';
import { resolveSpec } from '../lock/resolve.ts';
import { readSpec } from '../specification/read.ts';
import { formatReference, parseReference } from '../specification/reference.ts';
import { digestOf } from '../store/digest-of.ts';

export interface LockedOne {
  readonly name: string;
  readonly component: LockedComponent;
  /** A spec with nothing else in it. */
  readonly locked: LockedSpec;
}

export interface LockOneRequest {
  /** As in a spec. */
  readonly reference: string;
  readonly arch: Arch;
  readonly hostArch: Arch;
  /** What it resolved to the last time is good enough. */
  readonly remembered: boolean;
}

export async function lockOne(request: LockOneRequest, context: Context): Promise<LockedOne> {
  const { reference, arch, hostArch, remembered } = request;
  const { cache, home } = context;
  const key = digestOf({ reference, arch, hostArch });
  const known = remembered ? await cache.result('component-lock', key) : undefined;
  const lock = typeof known === 'string' ? parseLock('the cache', known) : emptyLock;

  const spec = readSpec('one.yml', `init: [${JSON.stringify(reference)}]`, { home, alone: true });
  const resolution = await resolveSpec({ spec, arch, hostArch, lock, mode: 'fill' }, context);
  const text = formatLock(resolution.lock);
  if (text !== known) await cache.putResult('component-lock', key, text);

  const name = formatReference(parseReference(reference));
  const image = resolution.locked.images.values().next().value;
  if (image?.kind !== 'component') {
    const hint = 'Name a component, or a directory with a component.yml.';
    throw new CatamaranError('usage', {
      code: 'usage-component',
      message: `${reference} is no component`,
      hint,
    });
  }
  return { name, component: image.component, locked: resolution.locked };
}
