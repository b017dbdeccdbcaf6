// How --help reads: what it is for, how it is called, commands, options, examples, exit codes.
import { type Command, Help, type Option } from 'commander';
import { exitCodeTable } from './exit-codes.ts';
import type { Example } from './grammar/entry.ts';
import { makePaint } from './paint.ts';
import { renderTable } from './table.ts';

/** For commander's configureHelp. */
export function helpStyle(color: boolean, examples: readonly Example[]): Partial<Help> {
  const paint = makePaint(color);
  /** Nobody asked: the call was wrong. */
  let unasked = false;
  return {
    showGlobalOptions: true,
    prepareContext(this: Help, context: Parameters<Help['prepareContext']>[0]) {
      standard.prepareContext.call(this, context);
      unasked = context.error === true;
    },
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
    formatHelp: (command, helper) =>
      unasked && command.parent === null
        ? formatOverview(command, helper)
        : formatHelp(command, helper, examples),
  };
}

const standard = Help.prototype;

/** What fits a screen of 24 lines: every command, and where to read on. */
function formatOverview(command: Command, helper: Help): string {
  const commands = helper.visibleCommands(command);
  const groups = helper.groupItems([...command.commands], commands, (each) => each.helpGroup());
  const rows: string[][] = [];
  for (const [title, group] of groups)
    for (const [index, each] of group.entries())
      rows.push([index === 0 ? title : '', each.name(), helper.subcommandDescription(each)]);
  return [
    `${helper.styleTitle('Usage:')} ${helper.styleUsage(helper.commandUsage(command))}`,
    renderTable(rows).trimEnd(),
    '`catamaran --help` has examples and options, `catamaran COMMAND --help` those of a command.',
    '',
  ].join('\n');
}

/** As commander's own, but examples come first, commands before options, and the options of all commands are named only. */
function formatHelp(command: Command, helper: Help, examples: readonly Example[]): string {
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
  if (examples.length > 0) lines.push(helper.styleTitle('Examples:'), renderExamples(examples));
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
  const globals = helper.visibleGlobalOptions(command).map(({ short, long }) => short ?? long!);
  const common = globals.filter((name) => !/registry|snapshot/.test(name));
  if (common.length > 0) lines.push(`Options of all commands (catamaran --help): ${common.join(' ')} …\n`);
  if (command.parent === null) lines.push(helper.styleTitle('Exit codes:'), renderExitCodes());
  return lines.join('\n');
}

function renderExamples(shown: readonly Example[]): string {
  return renderTable(shown.map(([command, what]) => [`  ${command}`, what && `# ${what}`]));
}

function renderExitCodes(): string {
  return renderTable(exitCodeTable.map(([code, meaning]) => [`  ${code}`, meaning]));
}
