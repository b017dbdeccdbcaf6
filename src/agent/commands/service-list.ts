// Services beside those of the spec.
import { listServices } from '../system/services.ts';
import { alone, type Command } from './command.ts';

export const serviceList: Command = {
  words: 'service list',
  summary: 'the compose files of this machine, whether they come up with it, and how their containers are',
  parse: alone(listServices),
};
