// A release that lies in a directory, into the slot that does not run.
import { openSlots } from '../slots/machine.ts';
import { stage as stageRelease } from '../slots/stage.ts';
import type { Command } from './command.ts';

export const stage: Command = {
  words: 'stage',
  usage: '--from DIRECTORY [--tries 1|2|3] [--force]',
  summary: 'writes a release into the other slot, verifies it, and has the next boot try it',
  lock: true,
  parse(words) {
    let from: string | undefined;
    let tries: 1 | 2 | 3 = 3;
    let force = false;
    for (let at = 0; at < words.length; at += 1) {
      if (words[at] === '--force') force = true;
      else if (words[at] === '--from') from = words[++at];
      else if (words[at] === '--tries' && /^[123]$/.test(words[at + 1] ?? ''))
        tries = Number(words[++at]) as 1 | 2 | 3;
      else return undefined;
    }
    const directory = from?.replace(/\/+$/, '');
    return directory ? (host) => stageRelease(openSlots(host), { from: directory, tries, force }) : undefined;
  },
};
