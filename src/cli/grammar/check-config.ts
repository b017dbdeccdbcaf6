import { Argument } from 'commander';
import { defineCommand } from './entry.ts';

export const checkConfig = defineCommand<[readonly string[]], Record<never, never>>({
  name: 'check-config',
  summary: 'find every error in user-data for machines',
  description:
    'Finds every error in user-data (cloud-config, Ignition and others), as a machine would, without one. Nothing is fetched.',
  arguments: [new Argument('<file...>', 'user-data, or - for standard input')],
  options: [],
  work:
    ([files]) =>
    async (session) =>
      (await import('../commands/check-config.ts')).checkConfig(files, session),
});
