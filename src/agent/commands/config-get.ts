// What this machine is told beside its spec, and by whom.
import { readSettings } from '../system/settings.ts';
import type { Command } from './command.ts';

export const configGet: Command = {
  words: 'config get',
  usage: '[KEY]',
  summary: 'what this machine is told beside its spec, and who says so; of a key its value alone',
  parse([key, ...rest]) {
    if (rest.length > 0 || key?.startsWith('-')) return undefined;
    return (host) => {
      for (const each of readSettings(host).all)
        if (key === undefined) host.print(`${each.key}: ${each.value}  # ${each.where}`);
        else if (key === each.key) host.print(each.value);
    };
  },
};
