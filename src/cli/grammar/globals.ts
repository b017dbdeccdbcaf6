// The options of all commands.

import { type Command, Option } from 'commander';
import { architectures } from '../../base/arch.ts';
import * as values from '../values.ts';
import { version } from '../version.ts';

export function addGlobalOptions(program: Command): void {
  program
    .optionsGroup('Where things come from:')
    .addOption(
      new Option(
        '--mirror <url>',
        'Debian archive (default: CATAMARAN_DEBIAN_MIRROR, catamaran config mirror, the host’s apt)',
      ),
    )
    .addOption(
      new Option('--snapshot-mirror <url>', 'archive that keeps old packages; may be repeated').argParser(
        values.collectUrl,
      ),
    )
    .addOption(
      new Option(
        '--registry-mirror <registry=mirror>',
        'asked before that registry; may be repeated',
      ).argParser(values.collectMirror),
    )
    .addOption(
      new Option('--registry-ca <file>', 'PEM file of an authority to trust; may be repeated').argParser(
        values.collectText,
      ),
    )
    .addOption(
      new Option('--insecure-registry <host>', 'plain HTTP is allowed with it; may be repeated').argParser(
        values.collectText,
      ),
    )
    .addOption(
      new Option('--cache <dir>', 'cache directory (default: CATAMARAN_CACHE, else ~/.cache/catamaran)'),
    )
    .addOption(new Option('--offline', 'fetch nothing'))
    .optionsGroup('How to build:')
    .addOption(
      new Option(
        '--arch <name>',
        `architecture to build for: ${architectures.join(', ')} (default: this machine’s)`,
      ).argParser(values.parseArch),
    )
    .addOption(
      new Option('--jobs <count>', 'how many steps at a time (default: as many as processors)').argParser(
        values.parseJobs,
      ),
    )
    .optionsGroup('What to print:')
    .addOption(new Option('-q, --quiet', 'only warnings, errors and results').conflicts('verbose'))
    .addOption(new Option('-v, --verbose', 'every command that is run, and where errors come from'))
    .addOption(new Option('--json', 'events for programs on stdout, one JSON object on each line'))
    .addOption(new Option('--no-color', 'no colours; so does NO_COLOR in the environment'))
    .optionsGroup('Options:')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help, or a command’s');
}
