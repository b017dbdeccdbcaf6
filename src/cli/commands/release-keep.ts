// `catamaran release refresh|rotate-key|gc`: what keeps a repository alive, safe and small.
import { resolve } from 'node:path';
import { requireSigner, rotateKey } from '../../release/change/rotate-key.ts';
import { collectReleases } from '../../release/gc.ts';
import { refreshRepository } from '../../release/refresh.ts';
import { createKey } from '../../release/signing/keyring.ts';
import { readRepositoryStatus } from '../../release/status.ts';
import {
  describeOutcome,
  openPublisher,
  outcomeJson,
  type RepositoryOptions,
  warnOfExpiry,
} from '../release-session.ts';
import type { Session } from '../session.ts';

export async function refreshRelease(
  options: RepositoryOptions & { readonly roles: readonly string[] },
  session: Session,
): Promise<void> {
  const publisher = await openPublisher(options, session);
  const outcome = await refreshRepository(options.roles, publisher);
  // Cron runs this alone, and what it prints is what people get to read of the roles that it cannot renew.
  warnOfExpiry(await readRepositoryStatus(publisher.directory, publisher.disk, publisher.now), session.front);
  const text = describeOutcome(outcome, options.repo);
  session.front.result('release refresh', { outcome: outcomeJson(outcome) }, text);
}

export async function rotateReleaseKey(
  options: RepositoryOptions & { readonly old: string; readonly fresh: string },
  session: Session,
): Promise<void> {
  const { front, io } = session;
  const publisher = await openPublisher(options, session);
  const { keyring } = publisher;
  const old = keyring.find(({ name }) => name === options.old)?.id ?? options.old;
  await requireSigner(old, publisher);
  const present = keyring.find(({ name }) => name === options.fresh);
  const replacement = present ?? (await createKey(resolve(io.cwd, options.keys), options.fresh));
  if (present === undefined) front.info(`new key in ${options.keys}: ${options.fresh}.pem`);
  const whole = present === undefined ? { ...publisher, keyring: [...keyring, replacement] } : publisher;
  const { outcome, roles } = await rotateKey({ old, replacement }, whole);
  const text = `${options.fresh} signs in the place of ${options.old}, for ${roles.join(', ')}\n`;
  front.result(
    'release rotate-key',
    { old, new: replacement.id, roles, outcome: outcomeJson(outcome) },
    text + describeOutcome(outcome, options.repo),
  );
}

export async function shrinkRelease(
  options: RepositoryOptions & { readonly keep: number },
  session: Session,
): Promise<void> {
  const { dropped, removed } = await collectReleases(options.keep, await openPublisher(options, session));
  const versions = dropped.length === 0 ? 'no release' : dropped.join(', ');
  const text = `${versions} dropped, ${removed.length} ${removed.length === 1 ? 'file' : 'files'} removed\n`;
  session.front.result('release gc', { dropped, removed }, text);
}
