// How --help reads: what it is for, how it is called, commands, options, examples, exit codes.
import { type Command, Help, type Option } from 'commander';
import { exitCodeTable } from './exit-codes.ts';
import type { Example } from './grammar/entry.ts';
import { makePaint } from './paint.ts';
import { renderTable } from './table.ts';

/** For commander's configureHelp. */
export function helpStyle(color: boolean, examples: readonly Example[]): Partial<Help> {
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
    formatHelp: (command, helper) => formatHelp(command, helper, examples),
  };
}

const standard = Help.prototype;

/** As commander's own, but with the commands before the options, and with our sections at the end. */
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
  if (examples.length > 0) lines.push(helper.styleTitle('Examples:'), renderExamples(examples));
  if (command.parent === null) lines.push(helper.styleTitle('Exit codes:'), renderExitCodes());
  return lines.join('\n');
}

function renderExamples(shown: readonly Example[]): string {
  return renderTable(shown.map(([command, what]) => [`  ${command}`, what && `# ${what}`]));
}

function renderExitCodes(): string {
  return renderTable(exitCodeTable.map(([code, meaning]) => [`  ${code}`, meaning]));
}
