// At each boot, and whenever the disk has become larger: the data partition takes what room its disk has, and a damaged partition
// table is mended.
import { growAndSay } from '../disk/grow.ts';
import { alone, type Command } from './command.ts';

export const diskGrow: Command = {
  words: 'disk grow',
  summary: 'lets the data partition take what room its disk has',
  parse: alone(growAndSay),
};
