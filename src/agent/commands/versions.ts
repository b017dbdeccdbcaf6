// What `revert` can choose from.
import { listVersions } from '../kept/list.ts';
import { alone, type Command } from './command.ts';

export const versions: Command = {
  words: 'versions',
  summary: 'each service, which version of it runs, and which former ones are kept',
  parse: alone(listVersions),
};
