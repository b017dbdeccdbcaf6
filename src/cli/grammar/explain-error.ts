import { Argument } from 'commander';
import { defineCommand } from './entry.ts';

export const explainError = defineCommand<[string], object>({
  name: 'explain-error',
  summary: 'say what the code of an error means',
  description: 'Says what the code of an error means, and what to do.',
  arguments: [new Argument('<code>', 'as it stands in brackets after the message: spec-unknown-key')],
  examples: [['catamaran explain-error spec-unknown-key', '']],
  work:
    ([code]) =>
    async (session) =>
      (await import('../commands/explain-error.ts')).explainError(code, session),
});
