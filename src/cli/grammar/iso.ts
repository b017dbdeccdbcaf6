// `catamaran iso …`: what can be done with a finished ISO.
import { Argument, Option } from 'commander';
import type { IsoCustomizeOptions } from '../commands/iso-customize.ts';
import { defineCommand, type GroupEntry } from './entry.ts';

const customize = defineCommand<[string], Omit<IsoCustomizeOptions, 'file'>>({
  name: 'customize',
  description:
    'Write kernel arguments and a configuration into the area that an ISO has for them; no other byte changes.',
  arguments: [new Argument('<file>', 'an ISO that was built in the format iso, usb or iso-plain')],
  options: [
    new Option('--cmdline <words>', 'kernel arguments that are added to the spec’s'),
    new Option('--config <file>', 'the configuration that the machine finds'),
    new Option('--show', 'print what stands in it'),
  ],
  examples: [
    ['catamaran iso customize minimal.iso --cmdline console=ttyS1', ''],
    ['catamaran iso customize minimal.iso --show', ''],
  ],
  work:
    ([file], chosen) =>
    async (session) =>
      (await import('../commands/iso-customize.ts')).customize({ file, ...chosen }, session),
});

export const iso: GroupEntry = {
  name: 'iso',
  summary: 'change a finished ISO',
  description: 'What can be changed in a finished live ISO without building it again.',
  commands: [['', [customize]]],
};
