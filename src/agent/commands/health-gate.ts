// The service that lets a trial pass, or reboots it. It has no lock: what it decides is done by `pass`.
import { passGate } from '../health/gate.ts';
import { openSlots } from '../slots/machine.ts';
import { alone, type Command } from './command.ts';

export const healthGate: Command = {
  words: 'health-gate',
  parse: alone((host) => passGate(openSlots(host))),
};
