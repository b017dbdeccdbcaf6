// What the commands of `catamaran release` share: the publisher out of the options, and what they say of an outcome.
import { join, resolve } from 'node:path';
import { openTransport } from '../net/http.ts';
import { proxiesOf } from '../net/proxy.ts';
import type { Publisher, PublishOutcome } from '../release/change/publisher.ts';
import { openDisk, privateDirectory } from '../release/repository/disk.ts';
import { readKeyring } from '../release/signing/keyring.ts';
import type { RepositoryStatus } from '../release/status.ts';
import type { Session } from './session.ts';

export interface RepositoryOptions {
  readonly repo: string;
  readonly keys: string;
  readonly signLater?: true;
  readonly against?: string;
}

export async function openPublisher(
  { repo, keys, signLater, against }: RepositoryOptions,
  { io }: Session,
): Promise<Publisher> {
  const directory = resolve(io.cwd, repo);
  return {
    directory,
    disk: openDisk(directory),
    keyring: await readKeyring(resolve(io.cwd, keys)),
    now: secondsOf(io),
    signLater: signLater === true,
    against,
    transport: openTransport({ findProxy: proxiesOf(io.env) }),
  };
}

export function secondsOf(io: Session['io']): number {
  return Math.floor(io.now() / 1000);
}

/** One line for each thing that people have to know; ends with a line break. */
export function describeOutcome({ state, roles, shortages }: PublishOutcome, repo: string): string {
  if (state === 'published')
    return roles.length === 0 ? 'published\n' : `published: ${roles.join(', ')} signed\n`;
  const lines = shortages.map(
    ({ role, have, need, missing }) =>
      `${role} waits with ${have} of ${need} signatures; ${missing.join(', ')} can sign`,
  );
  const drafts = roles.map((role) => `  ${join(repo, privateDirectory, 'pending', `${role}.json`)}`);
  return [...lines, 'nothing is published yet; to be signed:', ...drafts, ''].join('\n');
}

export function outcomeJson({ state, roles, shortages }: PublishOutcome) {
  return {
    state,
    roles,
    shortages: shortages.map((shortage) => ({ ...shortage })),
  };
}

/** One warning for each role whose signatures have run out or soon will. */
export function warnOfExpiry({ roles }: Pick<RepositoryStatus, 'roles'>, front: Session['front']): void {
  for (const { role, state, expires } of roles) {
    if (state === 'fresh') continue;
    const online = role === 'timestamp' || role === 'snapshot';
    front.warn(
      state === 'expired'
        ? `${role} expired at ${formatMoment(expires)}: machines take no update`
        : `${role} expires at ${formatMoment(expires)}`,
      `Run \`catamaran release refresh${online ? '' : ` ${role}`}\`.`,
    );
  }
}

/** `2026-11-20 19:44 UTC`. */
export function formatMoment(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/** `20%`, `1.5%`. */
export function formatShare(tenThousandths: number): string {
  return `${Math.floor(tenThousandths) / 100}%`;
}
