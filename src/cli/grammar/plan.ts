import type { PlanOptions } from '../commands/plan.ts';
import * as shared from '../shared-options.ts';
import type { SpecNamesAsked } from '../spec-source.ts';
import { defineCommand } from './entry.ts';

export const plan = defineCommand<[SpecNamesAsked], Omit<PlanOptions, 'specs'>>({
  name: 'plan',
  summary: 'list the steps of a build: what is cached, and what changed',
  description:
    'Lists the steps that a build would take, which of them are cached, and which input of the others changed.',
  arguments: [shared.specs()],
  options: [
    shared.variables(),
    shared.out(),
    shared.outputName(),
    shared.formatsOption(),
    shared.locked(),
    shared.noSbom(),
  ],
  examples: [['catamaran plan server.yml', 'what would be built, and why']],
  work:
    ([specs], chosen) =>
    async (session) =>
      (await import('../commands/plan.ts')).plan({ specs, ...chosen }, session),
});
