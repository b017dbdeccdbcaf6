import { Argument, Option } from 'commander';
import type { InspectOptions } from '../commands/inspect.ts';
import { defineCommand } from './entry.ts';

export const inspect = defineCommand<[string], Omit<InspectOptions, 'image'>>({
  name: 'inspect',
  summary: 'show what is in an image: partitions, slots, segments',
  description: 'Shows the partitions, slots, version and segments of an image, with their sizes and digests.',
  arguments: [new Argument('<image>', 'a disk image: raw or qcow2')],
  options: [new Option('--verify', 'check every digest against the content')],
  examples: [['catamaran inspect server.qcow2 --verify', '']],
  work:
    ([image], chosen) =>
    async (session) =>
      (await import('../commands/inspect.ts')).inspect({ image, ...chosen }, session),
});
