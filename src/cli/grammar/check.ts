import { Option } from 'commander';
import type { CheckOptions } from '../commands/check.ts';
import * as shared from '../shared-options.ts';
import { defineCommand } from './entry.ts';

export const check = defineCommand<[readonly string[]], CheckOptions>({
  name: 'check',
  summary: 'find every error in specs',
  description:
    'Finds every error in specs and components, without building or fetching anything. Several specs are one, as for build.',
  arguments: [shared.specs()],
  options: [shared.variables(), new Option('--each', 'every spec by itself')],
  work:
    ([files], options) =>
    async (session) =>
      (await import('../commands/check.ts')).check(files, options, session),
});
