// In what a login's shell may run.
import { listConsoles } from '../system/console.ts';
import { alone, type Command } from './command.ts';

export const consoleList: Command = {
  words: 'console list',
  summary: 'in what a login’s shell may run, and which it is now',
  parse: alone(listConsoles),
};
