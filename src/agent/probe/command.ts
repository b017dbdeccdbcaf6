// A program that ends with 0, its words as the spec has them.
import { quote } from '../host/quote.ts';
import type { Script } from './script.ts';

export const command: Script<'command'> = ({ command }, { enter }) =>
  `exec ${enter}${command.map(quote).join(' ')}`;
