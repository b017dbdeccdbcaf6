import { Argument } from 'commander';
import { defineCommand } from './entry.ts';

export const init = defineCommand<[string | undefined], object>({
  name: 'init',
  summary: 'write a first spec, with a component of its own',
  description:
    'Writes a spec and a component of its own, to be changed: a machine with SSH, a login and a web page.',
  arguments: [
    new Argument('[directory]', 'where to; the system is called as it is (default: the working directory)'),
  ],
  examples: [
    ['catamaran init lighthouse', 'then: catamaran run lighthouse/lighthouse.yml --publish 8080:8080'],
  ],
  work:
    ([directory]) =>
    async (session) =>
      (await import('../commands/init.ts')).initSpec(directory, session),
});
