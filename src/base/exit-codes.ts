// The one table from whose fault it is to what the shell gets, of the command and of the agent on the machine. Part of
// the documented interface.
import type { Fault } from './errors.ts';

export const exitCodes: Readonly<Record<Fault, number>> = {
  internal: 1,
  usage: 2,
  spec: 3,
  network: 4,
  integrity: 5,
  environment: 6,
};
