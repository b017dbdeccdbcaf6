import { Argument } from 'commander';
import * as shared from '../shared-options.ts';
import { defineCommand } from './entry.ts';

export const check = defineCommand<[readonly string[]], { readonly set?: Readonly<Record<string, string>> }>({
  name: 'check',
  summary: 'find every error in specs',
  description: 'Finds every error in specs, without building or fetching anything.',
  arguments: [new Argument('<spec...>', 'YAML files, each by itself, or - for standard input')],
  options: [shared.variables()],
  work:
    ([files], { set }) =>
    async (session) =>
      (await import('../commands/check.ts')).check(files, set, session),
});
