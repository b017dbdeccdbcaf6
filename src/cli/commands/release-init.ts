// `catamaran release init`: a new repository and its keys, with what to do about them next.
import { resolve } from 'node:path';
import { initRepository, type Quorum } from '../../release/init.ts';
import { type Days, defaultDays } from '../../release/repository/config.ts';
import { metadataPath } from '../../tuf/names.ts';
import { describeOutcome, outcomeJson, type RepositoryOptions, secondsOf } from '../release-session.ts';
import type { Channels } from '../release-values.ts';
import type { Session } from '../session.ts';
import { renderTable } from '../table.ts';

export interface InitOptions extends RepositoryOptions {
  readonly os: string;
  readonly channel: Channels;
  readonly root: Quorum;
  readonly expire: Partial<Days>;
}

export async function initRelease(options: InitOptions, { io, front }: Session): Promise<void> {
  const { repo, keys, os, channel, root, expire, signLater } = options;
  const { created, roles, outcome } = await initRepository({
    directory: resolve(io.cwd, repo),
    keys: resolve(io.cwd, keys),
    config: { os, days: { ...defaultDays, ...expire } },
    root,
    channels: new Map(Object.entries(channel)),
    now: secondsOf(io),
    signLater: signLater === true,
  });
  const rows = [...roles].map(([role, { keys: names, threshold }]) => [
    role,
    `${threshold} of ${names.length}`,
    names.join(', '),
  ]);
  if (created.length > 0) {
    front.info(`${created.length} new keys in ${keys}: ${created.map((name) => `${name}.pem`).join(', ')}`);
    front.warn(
      `whoever has the files in ${keys} can sign for this repository`,
      'Move the root keys to where no network is, one copy in another building, and give each person only their own.',
    );
  }
  front.info(
    `machines trust this repository by ${repo}/${metadataPath('root', 1)}: name it as update.root in the spec`,
  );
  const table = Object.fromEntries(
    [...roles].map(([role, { keys: names, threshold }]) => [role, { keys: [...names], threshold }]),
  );
  const waits = outcome.state === 'waiting' ? `\n${describeOutcome(outcome, repo)}` : '';
  front.result(
    'release init',
    { repository: repo, created, roles: table, outcome: outcomeJson(outcome) },
    renderTable(rows) + waits,
  );
}
