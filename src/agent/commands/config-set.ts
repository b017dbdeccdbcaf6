// A person's word, which counts over the image's.
import { writeSystemSetting } from '../system/settings.ts';
import type { Command } from './command.ts';

export const configSet: Command = {
  words: 'config set',
  usage: 'KEY VALUE',
  summary: 'tells this machine something, from the next boot or config apply on',
  parse([key, value, ...rest]) {
    if (key === undefined || value === undefined || rest.length > 0 || key.startsWith('-')) return undefined;
    return (host) => writeSystemSetting(host, key, value);
  },
};
