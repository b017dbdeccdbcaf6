// The grammar of `catamaran iso …`: what can be done with a finished ISO.
import { type Command, Option } from 'commander';
import type { Choose } from './choice.ts';

export function addIso(program: Command, choose: Choose): void {
  const iso = program
    .command('iso')
    .summary('change a finished ISO')
    .description('What can be changed in a finished live ISO without building it again.')
    .usage('COMMAND [OPTION…]');
  iso
    .command('customize')
    .description(
      'Write kernel arguments and a configuration into the area that an ISO has for them; no other byte changes.',
    )
    .argument('<file>', 'an ISO that was built in the format iso or iso-plain')
    .addOption(new Option('--cmdline <words>', 'kernel arguments that are added to the spec’s'))
    .addOption(new Option('--config <file>', 'the configuration that the machine finds'))
    .addOption(new Option('--show', 'print what stands in it'))
    .action((file: string, options) =>
      choose('iso customize', async (session) =>
        (await import('./commands/iso-customize.ts')).customize({ file, ...options }, session),
      ),
    );
}
