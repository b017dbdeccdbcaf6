// The service that lets a trial pass, or reboots it. It has no lock: what it decides is done by `pass`.
import { passGate } from '../health/gate.ts';
import { alone, type Command } from './command.ts';
import { ofSlots } from './of-slots.ts';

export const healthGate: Command = {
  words: 'health-gate',
  parse: alone(ofSlots(passGate)),
};
