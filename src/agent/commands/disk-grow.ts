// At each boot: the data partition takes what room its disk has, and a damaged partition table is mended.
import { growData } from '../disk/grow.ts';
import { alone, type Command } from './command.ts';

export const diskGrow: Command = {
  words: 'disk grow',
  parse: alone(growData),
};
