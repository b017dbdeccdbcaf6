// Before init starts the services.
import { configureServices } from '../services/control.ts';
import { alone, type Command } from './command.ts';

export const servicesConfigure: Command = {
  words: 'services configure',
  parse: alone(configureServices),
};
