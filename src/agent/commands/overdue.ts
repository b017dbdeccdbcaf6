// The guard's word on a trial that has not come to its gate.
import { noteOverdue } from '../health/gate.ts';
import type { Command } from './command.ts';
import { ofSlots } from './of-slots.ts';

export const overdue: Command = {
  words: 'overdue',
  usage: 'REASON',
  parse([reason, ...rest]) {
    return reason === undefined || rest.length > 0
      ? undefined
      : ofSlots(({ host }) => noteOverdue(host, reason));
  },
};
