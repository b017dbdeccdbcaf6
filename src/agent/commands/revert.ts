// One service back to what it was before, by itself.
import { revertService } from '../kept/revert.ts';
import type { Command } from './command.ts';

export const revert: Command = {
  words: 'revert',
  usage: 'NAME [--undo]',
  summary: 'takes one service back to the version before, or with --undo to that of the release that runs',
  lock: true,
  parse([name, undo, ...rest]) {
    if (
      name === undefined ||
      name.startsWith('-') ||
      (undo !== undefined && undo !== '--undo') ||
      rest.length > 0
    )
      return undefined;
    return (host) => revertService(host, name, undo !== undefined);
  },
};
