// `catamaran release …`: the table of its commands.
import type { RepositoryOptions } from '../../release-session.ts';
import { defineCommand, type GroupEntry } from '../entry.ts';
import { gc, refresh, rotateKey, sign } from './keep.ts';
import { add, init } from './make.ts';
import { halt, pause, promote, rollback, rollout } from './move.ts';
import { places } from './options.ts';

const status = defineCommand<[], RepositoryOptions>({
  name: 'status',
  description: 'Show channels, releases, and when signatures expire.',
  options: places(),
  work: (_, options) => async (session) =>
    (await import('../../commands/release-status.ts')).showRelease(options, session),
});

const verify = defineCommand<[], RepositoryOptions>({
  name: 'verify',
  description: 'Check every signature and every file of the repository.',
  options: places(),
  work: (_, options) => async (session) =>
    (await import('../../commands/release-status.ts')).verifyReleases(options, session),
});

export const release: GroupEntry = {
  name: 'release',
  summary: 'publish releases: add, promote, roll out, sign',
  description:
    'A repository of signed releases, as plain files for any web server, from which machines keep themselves current.',
  examples: [
    ['catamaran release init --os lighthouse', 'makes ./release and ./keys'],
    ['catamaran release add lighthouse.yml --channel alpha', ''],
    ['catamaran release promote 1.4.0 --to stable --curve "0:1%,3d:100%"', ''],
  ],
  commands: [
    ['Make:', [init, add]],
    ['Move:', [promote, rollout, pause, halt, rollback]],
    ['Keep:', [refresh, rotateKey, sign, gc]],
    ['Look:', [status, verify]],
  ],
};
