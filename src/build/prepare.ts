// The way to a plan, common to build, plan, lock and run: spec text → Spec → LockedSpec, with the lock file kept.
import { readFile } from 'node:fs/promises';
import type { Arch } from '../base/arch.ts';
import { CatamaranError, messageOf } from '../base/errors.ts';
import { listComponents } from '../component/definition.ts';
import { compareLocks, type LockChange } from '../lock/changes.ts';
import type { Context } from '../lock/context.ts';
import { lockPathOf, readLock, writeLock } from '../lock/lock-store.ts';
import type { LockedSpec } from '../lock/locked-spec.ts';
import { hostArchitecture, type ResolveRequest, resolveSpec } from '../lock/resolve.ts';
import { readSpec } from '../spec/read.ts';
import type { Spec } from '../spec/types.ts';

export interface SpecRequest {
  /** As the person named it. */
  readonly file: string;
  readonly arch: Arch;
  readonly mode: ResolveRequest['mode'];
}

export interface Prepared {
  readonly locked: LockedSpec;
  readonly lockPath: string;
  readonly changes: readonly LockChange[];
}

export async function loadSpec(
  file: string,
  context: Pick<Context, 'componentsRoot' | 'home' | 'reporter'>,
): Promise<Spec> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw unreadable(file, error);
  }
  const components = await listComponents(context.componentsRoot);
  const spec = readSpec(file, text, { components, home: context.home });
  for (const { message, hint, position } of spec.warnings) {
    const where = position ? `${position.file}:${position.line}:${position.column}: ` : '';
    context.reporter.warn(`${where}${message}`, hint);
  }
  return spec;
}

export async function prepare(request: SpecRequest, context: Context): Promise<Prepared> {
  const spec = await loadSpec(request.file, context);
  const lockPath = lockPathOf(request.file);
  const before = await readLock(lockPath);
  const { locked, lock } = await resolveSpec(
    { spec, arch: request.arch, hostArch: hostArchitecture(process.arch), lock: before, mode: request.mode },
    context,
  );
  const wrote = await writeLock(lockPath, before, lock);
  return { locked, lockPath, changes: wrote ? compareLocks(before, lock) : [] };
}

function unreadable(file: string, cause: unknown): CatamaranError {
  return new CatamaranError(
    'usage',
    {
      code: 'spec-unreadable',
      message: `cannot read ${file}: ${messageOf(cause)}`,
      hint: 'Give the path of a YAML spec, such as examples/minimal.yml.',
    },
    { cause },
  );
}
