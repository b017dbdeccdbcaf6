// The grammar of `catamaran release …`: each command's arguments and options. What they do is in commands/release-*.ts.
import { Argument, type Command, Option } from 'commander';
import type { Choose } from './choice.ts';
import * as values from './release-values.ts';
import * as shared from './shared-options.ts';
import type { SpecFiles } from './spec-source.ts';
import { parseUrl } from './values.ts';

export function addRelease(program: Command, choose: Choose): void {
  const release = program
    .command('release')
    .summary('publish releases: add, promote, roll out, sign')
    .description(
      'A repository of signed releases, as plain files for any web server, from which machines keep themselves current.',
    )
    .usage('COMMAND [OPTION…]');
  addMaking(release, choose);
  addMoving(release, choose);
  addKeeping(release, choose);
  addLooking(release, choose);
}

function addMaking(release: Command, choose: Choose): void {
  release.commandsGroup('Make:');
  command(release, 'init', 'Make a new repository, and the keys that are not there yet.')
    .addOption(new Option('--os <id>', 'the spec’s os.id').makeOptionMandatory())
    .addOption(
      new Option('--channel <name[:t/n]>', 'a channel, of which T of N keys must sign; may be repeated')
        .argParser(values.collectChannel)
        .default(values.defaultChannels, 'alpha, beta, stable: 1 of 1 each'),
    )
    .addOption(
      new Option('--root <t/n>', 'how many of how many root keys must sign')
        .argParser(values.parseQuorum)
        .default({ threshold: 2, keys: 3 }, '2/3'),
    )
    .addOption(
      new Option('--expire <role=days>', 'how long signatures last; may be repeated')
        .argParser(values.collectDays)
        .default({}, 'root 365, targets, releases 180, channel 90, snapshot 30, timestamp 7'),
    )
    .addOption(signLater())
    .action((options) =>
      choose('release init', async (session) =>
        (await import('./commands/release-init.ts')).initRelease(options, session),
      ),
    );
  command(
    release,
    'add',
    'Build the images of a spec, or take them from a directory, and add them as a release.',
  )
    .addArgument(
      new Argument(
        '<spec|dir...>',
        'a YAML file, several that are merged, or a directory with boot.img, root.img, hash.img, manifest.json',
      ),
    )
    .addOption(
      new Option('--epoch <n>', 'raise it when older releases must never run again')
        .argParser(values.parseEpoch)
        .default(0),
    )
    .addOption(
      new Option('--min-from <version>', 'the oldest version that may update to this one directly').argParser(
        values.parseVersion,
      ),
    )
    .addOption(new Option('--channel <name>', 'point this channel at it at once'))
    .addOption(shared.locked())
    .addOption(shared.variables())
    .addOption(signLater())
    .addOption(against())
    .action((sources: SpecFiles, options) =>
      choose('release add', async (session) =>
        (await import('./commands/release-add.ts')).addToReleases({ sources, ...options }, session),
      ),
    );
}

function addMoving(release: Command, choose: Choose): void {
  release.commandsGroup('Move:');
  command(release, 'promote', 'Point a channel at a release; nothing is built or copied.')
    .addArgument(version())
    .addOption(new Option('--to <channel>', 'the channel').makeOptionMandatory())
    .addOption(new Option('--from <channel>', 'only if this channel points at it'))
    .addOption(curve('0:100%'))
    .addOption(
      new Option(
        '--floor-epoch <n>',
        'machines that have this release never again run a smaller epoch',
      ).argParser(values.parseEpoch),
    )
    .addOption(
      new Option('--via <version>', 'a stepping stone for older machines; may be repeated').argParser(
        values.collectVersion,
      ),
    )
    .addOption(signLater())
    .addOption(against())
    .action((wanted: string, options) =>
      choose('release promote', async (session) =>
        (await import('./commands/release-pointer.ts')).promoteRelease(
          { version: wanted, ...options },
          session,
        ),
      ),
    );
  command(release, 'rollout', 'Give a release a new curve, from now on; ends a pause or a halt.')
    .addArgument(version())
    .addOption(channel())
    .addOption(curve())
    .addOption(signLater())
    .addOption(against())
    .action((wanted: string, options) =>
      choose('release rollout', async (session) =>
        (await import('./commands/release-pointer.ts')).rollOutRelease(
          { version: wanted, ...options },
          session,
        ),
      ),
    );
  command(release, 'pause', 'Stop a rollout at the share that it has reached.')
    .addOption(channel())
    .addOption(signLater())
    .addOption(against())
    .action((options) =>
      choose('release pause', async (session) =>
        (await import('./commands/release-pointer.ts')).pauseRelease(options, session),
      ),
    );
  command(release, 'halt', 'Let no machine of a channel begin an update.')
    .addOption(channel())
    .addOption(signLater())
    .addOption(against())
    .action((options) =>
      choose('release halt', async (session) =>
        (await import('./commands/release-pointer.ts')).haltRelease(options, session),
      ),
    );
  command(release, 'rollback', 'Point a channel at an older release, and call newer machines back to it.')
    .addArgument(version())
    .addOption(channel())
    .addOption(curve('0:100%'))
    .addOption(signLater())
    .addOption(against())
    .action((wanted: string, options) =>
      choose('release rollback', async (session) =>
        (await import('./commands/release-pointer.ts')).rollBackRelease(
          { version: wanted, ...options },
          session,
        ),
      ),
    );
}

function addKeeping(release: Command, choose: Choose): void {
  release.commandsGroup('Keep:');
  command(release, 'refresh', 'Sign a new timestamp; for cron, once a day. Named roles are renewed too.')
    .addArgument(new Argument('[role...]', 'roles whose keys are here: root, targets, releases, a channel'))
    .addOption(signLater())
    .addOption(against())
    .action((roles: string[], options) =>
      choose('release refresh', async (session) =>
        (await import('./commands/release-keep.ts')).refreshRelease({ roles, ...options }, session),
      ),
    );
  command(release, 'rotate-key', 'Put a new key in the place of an old one, in every role that it signs for.')
    .addArgument(new Argument('<old>', 'its name in the directory of keys, or its key id'))
    .addArgument(new Argument('<new>', 'a name; the key is made if there is none'))
    .addOption(signLater())
    .addOption(against())
    .action((old: string, fresh: string, options) =>
      choose('release rotate-key', async (session) =>
        (await import('./commands/release-keep.ts')).rotateReleaseKey({ old, fresh, ...options }, session),
      ),
    );
  command(release, 'sign', 'Sign what waits for signatures, and publish what is complete.')
    .addArgument(new Argument('[file]', 'a file of .publisher/pending/ that was carried here'))
    .addOption(new Option('--discard', 'drop what waits'))
    .addOption(against())
    .action((file: string | undefined, options) =>
      choose('release sign', async (session) =>
        (await import('./commands/release-sign.ts')).signRelease({ file, ...options }, session),
      ),
    );
  command(release, 'gc', 'Drop old releases that no channel needs; their files go with the next run.')
    .addOption(
      new Option('--keep <n>', 'how many of the newest versions to keep')
        .argParser(values.parseCount)
        .default(10),
    )
    .addOption(against())
    .action((options) =>
      choose('release gc', async (session) =>
        (await import('./commands/release-keep.ts')).shrinkRelease(options, session),
      ),
    );
}

function addLooking(release: Command, choose: Choose): void {
  release.commandsGroup('Look:');
  command(release, 'status', 'Show channels, releases, and when signatures expire.').action((options) =>
    choose('release status', async (session) =>
      (await import('./commands/release-status.ts')).showRelease(options, session),
    ),
  );
  command(release, 'verify', 'Check every signature and every file of the repository.').action((options) =>
    choose('release verify', async (session) =>
      (await import('./commands/release-status.ts')).verifyRelease(options, session),
    ),
  );
}

function command(release: Command, name: string, description: string): Command {
  return release
    .command(name)
    .description(description)
    .addOption(new Option('--repo <dir>', 'the repository').default('release'))
    .addOption(new Option('--keys <dir>', 'the directory of keys').default('keys'));
}

const version = () => new Argument('<version>', 'as in the spec’s os.version').argParser(values.parseVersion);
const channel = () => new Option('--channel <name>', 'the channel').makeOptionMandatory();
const against = () =>
  new Option(
    '--against <url>',
    'where machines read it: refuse if what is there is newer than what is here',
  ).argParser(parseUrl);
const signLater = () =>
  new Option('--sign-later', 'where signatures are missing, keep what is to be signed for `release sign`');

function curve(standard?: string): Option {
  const option = new Option(
    '--curve <points>',
    'share of the machines by time, such as "0:1%,1d:20%,3d:100%"',
  );
  option.argParser(values.parsePoints);
  return standard === undefined
    ? option.makeOptionMandatory()
    : option.default(values.parsePoints(standard), standard);
}
