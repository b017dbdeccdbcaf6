// A person's choice of a release, whatever the channel points at.
import { versionForm } from '../../tuf/release-ref.ts';
import { deployRelease } from '../update/deploy.ts';
import { openMachine } from '../update/machine.ts';
import type { Command } from './command.ts';

export const deploy: Command = {
  words: 'deploy',
  usage: 'VERSION [--force]',
  summary:
    'installs this very release of the repository, which the next boot tries, and holds the machine to it',
  lock: true,
  parse([version = '', force, ...rest]) {
    if (!versionForm.test(version) || (force !== undefined && force !== '--force') || rest.length > 0)
      return undefined;
    return (host) => deployRelease(openMachine(host), version, force !== undefined);
  },
};
