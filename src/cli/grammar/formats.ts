import { defineCommand } from './entry.ts';

export const formats = defineCommand({
  name: 'formats',
  summary: 'list what can be built',
  description: 'Lists the formats of outputs: the files of each, and what boots them.',
  work: () => async (session) => (await import('../commands/formats.ts')).listFormats(session),
});
