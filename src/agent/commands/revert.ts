// One service back to what it was before, by itself.
import { versionForm } from '../../tuf/release-ref.ts';
import { revertService, type Wanted } from '../kept/revert.ts';
import type { Command } from './command.ts';

export const revert: Command = {
  words: 'revert',
  usage: 'NAME [RELEASE | --undo]',
  summary:
    'takes one service back to the version before, to that of a release before, or to this release’s own',
  lock: true,
  parse([name, which, ...rest]) {
    if (name === undefined || name.startsWith('-') || rest.length > 0) return undefined;
    if (which !== undefined && which !== '--undo' && !versionForm.test(which)) return undefined;
    const wanted: Wanted = which === undefined ? 'before' : which === '--undo' ? 'own' : { release: which };
    return (host) => revertService(host, name, wanted);
  },
};
