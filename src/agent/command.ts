// The agent's commands, by name; init's scripts call them. The one place that turns an error into a message and an
// exit status: 0 done, 1 failed, 2 called wrongly.
import { cleanUpBundle } from './bundle/cleanup.ts';
import { listBundles } from './bundle/list.ts';
import { prepareBundle } from './bundle/prepare.ts';
import { parseSection } from './bundle/section.ts';
import { growData } from './disk/grow.ts';
import type { Host } from './host.ts';
import { findSlotCommand, slotUsage } from './slots/commands.ts';

const usage = [
  'usage: catamaran-agent bundle list onboot|services|onshutdown',
  '       catamaran-agent bundle prepare|cleanup SECTION/NAME',
  '       catamaran-agent disk grow',
  ...slotUsage,
];

export function runCommand(words: readonly string[], host: Host): 0 | 1 | 2 {
  const command = findCommand(words);
  if (command === undefined) {
    for (const line of usage) host.print(line);
    return 2;
  }
  try {
    command(host);
    return 0;
  } catch (error) {
    host.print(
      `catamaran-agent ${words.join(' ')}: ${error instanceof Error ? error.message : String(error)}`,
    );
    return 1;
  }
}

function findCommand(words: readonly string[]): ((host: Host) => void) | undefined {
  const [topic, verb, object, ...rest] = words;
  const slotCommand = findSlotCommand(words);
  if (slotCommand) return slotCommand;
  if (rest.length > 0) return undefined;
  if (topic === 'disk' && verb === 'grow' && object === undefined) return growData;
  if (topic !== 'bundle' || object === undefined) return undefined;
  if (verb === 'list') {
    const section = parseSection(object);
    return section && ((host) => listBundles(host, section));
  }
  const [, sectionName = '', name = ''] = /^([a-z]+)\/([A-Za-z0-9][A-Za-z0-9._-]*)$/.exec(object) ?? [];
  const section = parseSection(sectionName);
  if (section === undefined) return undefined;
  if (verb === 'prepare') return (host) => prepareBundle(host, section, name);
  if (verb === 'cleanup') return (host) => cleanUpBundle(host, section, name);
  return undefined;
}
