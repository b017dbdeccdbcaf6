// What is run, and what happens at the end: bootcmd, runcmd, power_state, phone_home, final_message.

import { either, list, mapping, oneOrMore } from '../../document/shape/collections.ts';
import { webAddress } from '../../document/shape/forms.ts';
import { choice, text, whole } from '../../document/shape/scalars.ts';
import { about, orEmpty } from '../../document/shape/shape.ts';
import type { Power, UserCommand } from '../machine-config.ts';
import { section } from './section.ts';

const line = text();
const command = either({ scalar: line, list: list(line) });
export const commandList = orEmpty(list(orEmpty(command, '')), []);

export function commandOf(written: string | readonly string[]): UserCommand | undefined {
  if (typeof written !== 'string')
    return written.length === 0 ? undefined : { kind: 'words', words: written };
  return written.trim() === '' ? undefined : { kind: 'shell', line: written };
}

const delay = text({ pattern: /^(now|\+?\d{1,6})$/, rule: 'now, or minutes such as +5' });

export const commands = section({
  fields: {
    bootcmd: about(
      'Commands at every boot, before anything else. A text is a line for the shell.',
      commandList,
    ),
    runcmd: about('Commands once, after everything else. A text is a line for the shell.', commandList),
    power_state: about(
      'What the machine does at the end.',
      mapping(
        {
          mode: about('What it does.', choice('poweroff', 'reboot', 'halt')),
          delay: about('When: now, or in so many minutes.', delay),
          message: about('What those who are logged in are told.', text()),
          timeout: about('Seconds for what is still running.', whole(0, 86_400)),
          condition: about(
            'A command that must succeed, or true.',
            either({ scalar: text(), list: list(line) }),
          ),
        },
        ['mode'],
      ),
    ),
    phone_home: about(
      'An address that is told that the machine is there.',
      mapping(
        {
          url: about('Where to POST to.', text({ ...webAddress, pattern: /^https?:\/\/[!-~]{1,2000}$/ })),
          post: about(
            'What to tell.',
            oneOrMore(
              choice(
                'all',
                'pub_key_rsa',
                'pub_key_ecdsa',
                'pub_key_ed25519',
                'pub_key_dsa',
                'instance_id',
                'hostname',
                'fqdn',
              ),
            ),
          ),
          tries: about('How often to try.', whole(1, 100)),
        },
        ['url'],
      ),
    ),
    final_message: about('What the console says at the end.', text()),
  },
  apply({ bootcmd = [], runcmd = [], power_state, phone_home, final_message, at }, draft) {
    draft.commands.boot.push(...bootcmd.flatMap((each) => commandOf(each) ?? []));
    draft.commands.run.push(...runcmd.flatMap((each) => commandOf(each) ?? []));
    if (power_state?.mode !== undefined) {
      const { mode, delay = 'now', message, timeout = 30, condition = 'true' } = power_state;
      const power: Power = {
        mode,
        delay: delay === 'now' ? 0 : Number(delay),
        ...(message !== undefined && { message }),
        timeout,
        condition: conditionOf(condition),
      };
      draft.set('power', power, power_state.at);
    }
    if (phone_home?.url !== undefined) {
      const { url, post = ['all'], tries = 10 } = phone_home;
      draft.set('phoneHome', { url, post: post.includes('all') ? 'all' : post, tries }, phone_home.at);
    }
    if (final_message !== undefined) draft.set('finalMessage', final_message, at);
  },
});

function conditionOf(written: string | readonly string[]): Power['condition'] {
  if (typeof written === 'string' && /^(true|false)$/i.test(written)) return /^true$/i.test(written);
  return commandOf(written) ?? true;
}
