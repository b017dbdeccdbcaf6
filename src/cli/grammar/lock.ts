import { Option } from 'commander';
import type { LockOptions } from '../commands/lock.ts';
import * as shared from '../shared-options.ts';
import type { SpecNamesAsked } from '../spec-source.ts';
import { defineCommand } from './entry.ts';

export const lock = defineCommand<[SpecNamesAsked], Omit<LockOptions, 'specs'>>({
  name: 'lock',
  summary: 'resolve every reference and write the lock file',
  description:
    'Resolves every reference of a spec to a digest and writes them into the lock file beside the spec.',
  arguments: [shared.specs()],
  options: [
    shared.variables(),
    new Option('--update', 'resolve again what is locked already, and print what changed'),
  ],
  examples: [['catamaran lock --update server.yml', 'prints what changed']],
  work:
    ([specs], chosen) =>
    async (session) =>
      (await import('../commands/lock.ts')).lock({ specs, ...chosen }, session),
});
