// The way to a plan, common to build, plan, lock and run: spec text → Spec → LockedSpec, with the lock file kept.
import type { Arch } from '../base/arch.ts';
import type { Diagnostic } from '../base/errors.ts';
import { compareLocks, type LockChange } from './changes.ts';
import type { Context } from './context.ts';
import { loadSpec, type SpecSource } from './load-spec.ts';
import { lockPathOf, readLock, writeLock } from './lock-store.ts';
import type { LockedSpec } from './locked-spec.ts';
import { hostArchitecture, type ResolveRequest, resolveSpec } from './resolve.ts';
import { warnOfSharedIds } from './shared-ids.ts';

export interface SpecRequest extends SpecSource {
  readonly arch: Arch;
  readonly mode: ResolveRequest['mode'];
}

export interface Prepared {
  readonly locked: LockedSpec;
  readonly lockPath: string;
  readonly changes: readonly LockChange[];
}

export async function prepare(request: SpecRequest, context: Context): Promise<Prepared> {
  const spec = await loadSpec(request, context);
  report(spec.warnings, context);
  const lockPath = lockPathOf(spec.file);
  const before = await readLock(lockPath);
  const { locked, lock } = await resolveSpec(
    { spec, arch: request.arch, hostArch: hostArchitecture(process.arch), lock: before, mode: request.mode },
    context,
  );
  report(warnOfSharedIds(spec, locked.images), context);
  const wrote = await writeLock(lockPath, before, lock);
  return { locked, lockPath, changes: wrote ? compareLocks(before, lock) : [] };
}

function report(warnings: readonly Diagnostic[], { reporter }: Context): void {
  for (const { message, hint, position } of warnings) {
    const where = position ? `${position.file}:${position.line}:${position.column}: ` : '';
    reporter.warn(`${where}${message}`, hint);
  }
}
