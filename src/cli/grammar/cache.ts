// `catamaran cache …`: what earlier builds left.
import { Option } from 'commander';
import { parseDays } from '../values.ts';
import { defineCommand, type GroupEntry } from './entry.ts';

const info = defineCommand({
  name: 'info',
  description: 'Show where the cache is and what it holds.',
  work: () => async (session) => (await import('../commands/cache.ts')).showCache(session),
});

const gc = defineCommand<[], { readonly olderThan: number }>({
  name: 'gc',
  description: 'Remove what has not been used for long.',
  options: [new Option('--older-than <days>', 'days since the last use').argParser(parseDays).default(30)],
  examples: [['catamaran cache gc --older-than 7', '']],
  work: (_, chosen) => async (session) => (await import('../commands/cache.ts')).shrinkCache(chosen, session),
});

export const cache: GroupEntry = {
  name: 'cache',
  summary: 'show or shrink the cache',
  description: 'The cache of downloads and of what was built. Deleting it costs time and nothing else.',
  commands: [['', [info, gc]]],
};
