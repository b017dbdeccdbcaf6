import { Argument, Option } from 'commander';
import type { ConfigOptions } from '../commands/config.ts';
import { defineCommand } from './entry.ts';

export const config = defineCommand<[string | undefined, string | undefined], ConfigOptions>({
  name: 'config',
  summary: 'show or set what holds for all commands',
  description: 'Shows or sets what holds for all commands of this user, such as the Debian mirror.',
  arguments: [new Argument('[name]', 'of the setting'), new Argument('[value]', 'what it is from now on')],
  options: [new Option('--unset', 'take the setting away')],
  examples: [
    ['catamaran config mirror http://HOST/debian', 'HOST: one of www.debian.org/mirror/list'],
    ['catamaran config mirror --unset', ''],
  ],
  work:
    ([name, value], options) =>
    async (session) =>
      (await import('../commands/config.ts')).config(name, value, options, session),
});
