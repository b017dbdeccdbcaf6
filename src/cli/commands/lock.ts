// `catamaran lock SPEC`: the lock file gets what it lacks, or with --update everything anew; what changed is the answer.
import { prepare } from '../../lock/prepare.ts';
import { createContext } from '../context.ts';
import { countChanges, renderChanges } from '../lock-report.ts';
import { targetArch } from '../options.ts';
import type { Session } from '../session.ts';
import { type SpecNamesAsked, specSource } from '../spec-source.ts';

export interface LockOptions {
  readonly specs: SpecNamesAsked;
  readonly set?: Readonly<Record<string, string>>;
  readonly update?: true;
}

export async function lock({ specs, set, update }: LockOptions, session: Session): Promise<void> {
  const { io, globals, front } = session;
  const mode = update ? 'update' : 'fill';
  const request = { ...specSource(specs, set, io), arch: targetArch(globals, io), mode } as const;
  const { lockPath, changes } = await prepare(request, await createContext(session));
  front.info(`${lockPath}: ${changes.length > 0 ? countChanges(changes) : 'up to date'}`);
  front.result(
    'lock',
    { lock: lockPath, changes: changes.map((change) => ({ ...change })) },
    renderChanges(changes),
  );
}
