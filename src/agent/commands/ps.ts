// What runs in the containers.
import { listProcesses } from '../services/enter.ts';
import { alone, type Command } from './command.ts';

export const ps: Command = {
  words: 'ps',
  summary: 'the processes of each container that runs',
  parse: alone(listProcesses),
};
