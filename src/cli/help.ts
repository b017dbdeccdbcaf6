// How --help reads: what it is for, how it is called, commands, options, examples, exit codes.
import { type Command, Help, type Option } from 'commander';
import { exitCodeTable } from './exit-codes.ts';
import { makePaint } from './paint.ts';
import { renderTable } from './table.ts';

type Example = readonly [command: string, what: string];

const examples: Readonly<Record<string, readonly Example[]>> = {
  catamaran: [
    ['catamaran build examples/minimal.yml', 'writes minimal.qcow2'],
    ['catamaran run examples/minimal.yml', 'boots it in this terminal'],
    ['catamaran check *.yml', 'finds every error in your specs'],
    ['catamaran lock --update server.yml', 'takes the newest packages'],
  ],
  build: [
    ['catamaran build server.yml', 'server.qcow2, in the working directory'],
    ['catamaran build server.yml --format qcow2,raw --out dist', ''],
    ['catamaran build linuxkit.yml --format kernel+initrd', 'linuxkit-kernel, -initrd.img, -cmdline'],
    ['catamaran build server.yml --arch arm64', 'on any machine: nothing of it is executed'],
    ['catamaran build server.yml --json | jq -c .', ''],
  ],
  run: [
    ['catamaran run server.yml --firmware uefi --memory 2G', ''],
    ['catamaran run server.yml --ssh 2222', 'then: ssh -p 2222 root@127.0.0.1'],
  ],
  plan: [['catamaran plan server.yml', 'what would be built, and why']],
  inspect: [['catamaran inspect server.qcow2 --verify', '']],
  release: [
    ['catamaran release init --os lighthouse', 'makes ./release and ./keys'],
    ['catamaran release add lighthouse.yml --channel alpha', ''],
    ['catamaran release promote 1.4.0 --to stable --curve "0:1%,3d:100%"', ''],
  ],
  lock: [['catamaran lock --update server.yml', 'prints what changed']],
};

/** For commander's configureHelp. */
export function helpStyle(color: boolean): Partial<Help> {
  const paint = makePaint(color);
  return {
    showGlobalOptions: true,
    visibleCommands: (command) =>
      standard.visibleCommands(command).filter((below) => below.name() !== 'help'),
    visibleGlobalOptions: (command) =>
      standard.visibleGlobalOptions
        .call({ showGlobalOptions: true }, command)
        .filter(({ short }) => short !== '-V'),
    styleTitle: (text) => paint('bold', text),
    styleCommandText: (text) => paint('cyan', text),
    styleSubcommandText: (text) => paint('cyan', text),
    styleOptionText: (text) => paint('cyan', text),
    formatHelp: (command, helper) => formatHelp(command, helper),
  };
}

const standard = Help.prototype;

/** As commander's own, but with the commands before the options, and with our sections at the end. */
function formatHelp(command: Command, helper: Help): string {
  const width = helper.padWidth(command, helper);
  const item = (term: string, description: string) => helper.formatItem(term, width, description, helper);
  const option = (each: Option) =>
    item(
      helper.styleOptionTerm(helper.optionTerm(each)),
      helper.styleOptionDescription(helper.optionDescription(each)),
    );
  const section = (title: string, items: string[]) => helper.formatItemList(title, items, helper);
  const commands = helper.visibleCommands(command);
  const options = helper.visibleOptions(command);

  const lines = [
    `${helper.styleTitle('Usage:')} ${helper.styleUsage(helper.commandUsage(command))}`,
    '',
    helper.boxWrap(helper.commandDescription(command), helper.helpWidth ?? 80),
    '',
  ];
  const named = helper
    .visibleArguments(command)
    .map((each) =>
      item(helper.styleArgumentTerm(helper.argumentTerm(each)), helper.argumentDescription(each)),
    );
  lines.push(...section('Arguments:', named));
  for (const [title, group] of helper.groupItems(
    [...command.commands],
    commands,
    (each) => each.helpGroup() || 'Commands:',
  )) {
    const items = group.map((each) =>
      item(helper.styleSubcommandTerm(helper.subcommandTerm(each)), helper.subcommandDescription(each)),
    );
    lines.push(...section(title, items));
  }
  for (const [title, group] of helper.groupItems(
    [...command.options],
    options,
    (each) => each.helpGroupHeading ?? 'Options:',
  )) {
    lines.push(...section(title, group.map(option)));
  }
  lines.push(...section('Options of all commands:', helper.visibleGlobalOptions(command).map(option)));
  const shown = examples[command.name()];
  if (shown) lines.push(helper.styleTitle('Examples:'), renderExamples(shown));
  if (command.parent === null) lines.push(helper.styleTitle('Exit codes:'), renderExitCodes());
  return lines.join('\n');
}

function renderExamples(shown: readonly Example[]): string {
  return renderTable(shown.map(([command, what]) => [`  ${command}`, what && `# ${what}`]));
}

function renderExitCodes(): string {
  return renderTable(exitCodeTable.map(([code, meaning]) => [`  ${code}`, meaning]));
}
