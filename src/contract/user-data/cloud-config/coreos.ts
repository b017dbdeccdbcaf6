// CoreOS's and Flatcar's `coreos:`: units of systemd, and what has a meaning here of the update settings.

import { list, mapping, type Read } from '../../document/shape/collections.ts';
import { channelName, dropinName, unitName, webAddress } from '../../document/shape/forms.ts';
import { choice, text, truth } from '../../document/shape/scalars.ts';
import { about, meaningless, orEmpty } from '../../document/shape/shape.ts';
import type { Unit } from '../machine-config.ts';
import { section } from './section.ts';

const part = 'that program is not in the image';

const unitFields = {
  name: about('Name of the unit, with its kind.', text(unitName)),
  content: about('The unit itself.', text()),
  command: about(
    'What is done with it at once.',
    choice('start', 'stop', 'restart', 'reload', 'try-restart', 'reload-or-restart', 'reload-or-try-restart'),
  ),
  enable: about('Whether it is started at every boot.', truth),
  enabled: about('Whether it is started at every boot.', truth),
  mask: about('Whether it can never be started.', truth),
  runtime: meaningless('units are written where they last'),
  'drop-ins': about('Additions to it.', dropins()),
  drop_ins: about('Additions to it.', dropins()),
} as const;

function dropins() {
  return list(
    mapping(
      {
        name: about('File name, ending in .conf.', text(dropinName)),
        content: about('What is in it.', text()),
      },
      ['name', 'content'],
    ),
  );
}

export const coreos = section({
  fields: {
    coreos: about(
      'Settings of CoreOS Container Linux and Flatcar.',
      mapping({
        units: about('Units of systemd.', orEmpty(list(mapping(unitFields, ['name'])), [])),
        update: about(
          'Updates.',
          mapping({
            group: about('Channel.', text(channelName)),
            server: about('Address of the releases.', text(webAddress)),
            'reboot-strategy': about(
              'When the machine reboots into an update.',
              choice('best-effort', 'reboot', 'etcd-lock', 'off'),
            ),
          }),
        ),
        locksmith: about(
          'When it may reboot.',
          mapping({
            'window-start': about(
              'Day and time.',
              text({
                pattern: /^((Mon|Tue|Wed|Thu|Fri|Sat|Sun) )?([01]?\d|2[0-3]):[0-5]\d$/i,
                rule: 'a time, perhaps after a day',
                example: 'Sun 03:00',
              }),
            ),
            'window-length': about(
              'How long.',
              text({ pattern: /^\d{1,4}[hm]$/, rule: 'hours or minutes', example: '2h' }),
            ),
            endpoint: meaningless('the lock is in catamaran.update'),
            group: meaningless('the lock is in catamaran.update'),
          }),
        ),
        etcd: meaningless(part, 'Run it as a service of catamaran.services.'),
        etcd2: meaningless(part, 'Run it as a service of catamaran.services.'),
        fleet: meaningless(part),
        flannel: meaningless(part, 'Run it as a service of catamaran.services.'),
        oem: meaningless('the image says what it is'),
      }),
    ),
    manage_etc_hosts: meaningless(
      '/etc/hosts has the machine’s names by itself',
      'Write further lines by write_files with append.',
    ),
  },
  apply({ coreos }, draft) {
    for (const read of coreos?.units ?? [])
      if (read.name !== undefined) draft.addUnit(unitOf(read.name, read), read.at);
    const { group, server, 'reboot-strategy': strategy } = coreos?.update ?? {};
    const start = coreos?.locksmith?.['window-start'];
    const length = coreos?.locksmith?.['window-length'] ?? '1h';
    draft.update = {
      ...draft.update,
      ...(group !== undefined && { channel: group }),
      ...(server !== undefined && { url: server }),
      ...(strategy !== undefined && {
        reboot: strategy === 'off' ? 'manual' : start === undefined ? 'immediate' : 'window',
      }),
      ...(start !== undefined && { window: `${start}/${length}` }),
    };
  },
});

function unitOf(name: string, read: Read<typeof unitFields>): Unit {
  const enabled = read.enable ?? read.enabled;
  return {
    name,
    ...(read.content !== undefined && { contents: read.content }),
    ...(enabled !== undefined && { enabled }),
    masked: read.mask ?? false,
    start: /start$|reload$/.test(read.command ?? ''),
    dropins: (read['drop-ins'] ?? read.drop_ins ?? []).map(({ name: file = '', content = '' }) => ({
      name: file,
      contents: content,
    })),
  };
}
