// The grammar of the command line: every command, argument and option, once. Commands themselves are loaded when
// they are chosen.
import { Argument, Command, Option } from 'commander';
import { architectures } from '../base/arch.ts';
import type { Choose } from './choice.ts';
import { addComponent, addImage } from './image-commands.ts';
import { addRelease } from './release-commands.ts';
import * as options from './shared-options.ts';
import type { SpecFiles } from './spec-source.ts';
import * as values from './values.ts';
import { version } from './version.ts';

export function defineProgram(choose: Choose): Command {
  const program = new Command('catamaran')
    .description('Builds immutable container-host operating systems from one YAML file.')
    .usage('COMMAND [OPTION…]');
  addGlobalOptions(program);

  program.commandsGroup('Make:');
  program
    .command('build')
    .summary('build the images of a spec')
    .description(
      'Builds what a spec describes, and writes one file for each format. What is in the cache is not made again.',
    )
    .addArgument(options.specs())
    .addOption(options.variables())
    .addOption(new Option('--out <dir>', 'where to write to (default: the working directory)'))
    .addOption(
      new Option(
        '--name <name>',
        'what the files are called (default: the OS’s id for disks, the spec’s name for LinuxKit’s formats)',
      ).argParser(values.parseName),
    )
    .addOption(options.memory('memory of the machine that an initrd is for: fail if it does not fit'))
    .addOption(options.formats())
    .addOption(options.locked())
    .addOption(options.noSbom())
    .action((specs: SpecFiles, chosen) =>
      choose('build', async (session) =>
        (await import('./commands/build.ts')).build({ specs, ...chosen }, session),
      ),
    );
  program
    .command('run')
    .summary('build what is stale and boot it in QEMU, in this terminal')
    .description(
      'Builds what is stale and boots it in QEMU, with its serial console in this terminal. Changes to the disk are thrown away.',
    )
    .addArgument(
      new Argument('<spec|image>', 'a spec, or what was built of one: a disk, or NAME of NAME-kernel'),
    )
    .addOption(
      new Option('--firmware <name>', 'firmware of the machine (default: bios where it has one)').choices([
        'bios',
        'uefi',
      ]),
    )
    .addOption(
      new Option('--format <name>', 'what is built of a spec')
        .choices(['qcow2', 'kernel+initrd', 'kernel+squashfs'])
        .default('qcow2'),
    )
    .addOption(options.memory('memory of the machine (default: 1G, or what its initrd needs)'))
    .addOption(
      new Option('--ssh <port>', 'forward this port of 127.0.0.1 to the machine’s port 22').argParser(
        values.parsePort,
      ),
    )
    .addOption(new Option('--headless', 'print the console, read no keys'))
    .addOption(new Option('--emulate', 'do not use KVM, even where it seems to work'))
    .action((file: string, chosen) =>
      choose('run', async (session) => (await import('./commands/run.ts')).run({ file, ...chosen }, session)),
    );

  program.commandsGroup('Look:');
  program
    .command('check')
    .summary('find every error in specs')
    .description('Finds every error in specs, without building or fetching anything.')
    .addArgument(new Argument('<spec...>', 'YAML files, each by itself, or - for standard input'))
    .addOption(options.variables())
    .action((files: string[], { set }) =>
      choose('check', async (session) => (await import('./commands/check.ts')).check(files, set, session)),
    );
  program
    .command('plan')
    .summary('list the steps of a build: what is cached, and what changed')
    .description(
      'Lists the steps that a build would take, which of them are cached, and which input of the others changed.',
    )
    .addArgument(options.specs())
    .addOption(options.variables())
    .addOption(options.formats())
    .addOption(options.locked())
    .addOption(options.noSbom())
    .action((specs: SpecFiles, chosen) =>
      choose('plan', async (session) =>
        (await import('./commands/plan.ts')).plan({ specs, ...chosen }, session),
      ),
    );
  program
    .command('inspect')
    .summary('show what is in an image: partitions, slots, segments')
    .description(
      'Shows the partitions, slots, version and segments of an image, with their sizes and digests.',
    )
    .addArgument(new Argument('<image>', 'a disk image: raw or qcow2'))
    .addOption(new Option('--verify', 'check every digest against the content'))
    .action((image: string, chosen) =>
      choose('inspect', async (session) =>
        (await import('./commands/inspect.ts')).inspect({ image, ...chosen }, session),
      ),
    );

  program.commandsGroup('Keep:');
  program
    .command('lock')
    .summary('resolve every reference and write the lock file')
    .description(
      'Resolves every reference of a spec to a digest and writes them into the lock file beside the spec.',
    )
    .addArgument(options.specs())
    .addOption(options.variables())
    .addOption(new Option('--update', 'resolve again what is locked already, and print what changed'))
    .action((specs: SpecFiles, chosen) =>
      choose('lock', async (session) =>
        (await import('./commands/lock.ts')).lock({ specs, ...chosen }, session),
      ),
    );
  addRelease(program, choose);
  addComponent(program, choose);
  addImage(program, choose);
  addCache(program, choose);
  return program;
}

function addCache(program: Command, choose: Choose): void {
  const cache = program
    .command('cache')
    .summary('show or shrink the cache')
    .description('The cache of downloads and of what was built. Deleting it costs time and nothing else.')
    .usage('COMMAND [OPTION…]');
  cache
    .command('info')
    .description('Show where the cache is and what it holds.')
    .action(() =>
      choose('cache info', async (session) => (await import('./commands/cache.ts')).showCache(session)),
    );
  cache
    .command('gc')
    .description('Remove what has not been used for long.')
    .addOption(
      new Option('--older-than <days>', 'days since the last use').argParser(values.parseDays).default(30),
    )
    .action((chosen) =>
      choose('cache gc', async (session) =>
        (await import('./commands/cache.ts')).shrinkCache(chosen, session),
      ),
    );
}

function addGlobalOptions(program: Command): void {
  program
    .optionsGroup('Where things come from:')
    .addOption(
      new Option(
        '--mirror <url>',
        'Debian archive (default: CATAMARAN_DEBIAN_MIRROR, else the host’s apt configuration)',
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
