// usr/lib/catamaran/update.json: where updates come from and when the machine may reboot, as the spec's `update` section
// has it; the root metadata lies beside it as root.json (lock/files.ts). The names and forms of settings are also those of
// the person's own file, /etc/catamaran/update.yml (agent/update/settings.ts), whose lines win over it.

import type { Refuse } from '../base/fields.ts';
import { channelNamePattern } from '../tuf/names.ts';
import { versionForm } from '../tuf/release-ref.ts';
import { malformedDocument, readFormatted, writeDocument } from './document.ts';

export interface Update {
  readonly url: string;
  /** One of the repository's own. */
  readonly channel: string;
  /** The host's file with the repository's root metadata. */
  readonly root?: string;
  /** Where machines say what an update came to. */
  readonly report?: string;
  readonly reboot: {
    readonly strategy: 'immediate' | 'window' | 'manual';
    readonly window?: string;
    readonly lock?: RebootLock;
  };
}

/** Places in an etcd: no more than so many machines of a group reboot at once. */
export interface RebootLock {
  readonly etcd: readonly string[];
  readonly group: string;
  readonly machines: number;
}

export const updatePath = 'usr/lib/catamaran/update.json';

/** Nothing that ends an address, an argument or a line; no comma, which stands between two. */
const web = 'https?://[!#-+\\--\\[\\]-~]{1,1000}';

/** Of each setting, as text. */
const settingForms: Readonly<Record<string, RegExp>> = {
  url: /^(https?|file):\/\/[!#-[\]-~]{1,1000}$/,
  channel: channelNamePattern,
  pin: versionForm,
  ring: /^(canary|normal|late|\d{1,4})$/,
  interval: /^\d{1,6}[smhd]$/,
  reboot: /^(immediate|window|manual)$/,
  window: /^[!-~ ]{1,100}$/,
  report: new RegExp(`^(off|${web})$`),
  etcd: new RegExp(`^(off|${web}(\\s*,\\s*${web})*)$`),
  'etcd-machines': /^[1-9]\d{0,4}$/,
  'etcd-group': /^[A-Za-z0-9._-]{1,64}$/,
  ca: /^\/[!#-[\]-~]{1,500}$/,
  'not-before': /^\d{1,12}$/,
};

/** `epoch`: seconds since the epoch; no clock of a machine that has this image is believed below it. */
export function writeUpdate({ url, channel, report, reboot }: Update, epoch: number): string {
  const { strategy, window, lock } = reboot;
  return writeDocument({
    url,
    channel,
    report,
    reboot: strategy,
    window,
    etcd: lock?.etcd.join(','),
    'etcd-group': lock?.group,
    'etcd-machines': lock?.machines,
    'not-before': epoch,
  });
}

/** By their names, each as text of its form. */
export function readUpdate(text: string, what: string): Map<string, string> {
  const { format: _, ...values } = readFormatted(text, what).values;
  return new Map(
    Object.entries(values).map(([name, value]) => [
      name,
      checkSetting(name, String(value), what, malformedDocument),
    ]),
  );
}

/** `where` and what is wrong make the error's sentence. */
export function checkSetting(name: string, value: string, where: string, refuse: Refuse): string {
  const form = Object.hasOwn(settingForms, name) ? settingForms[name] : undefined;
  if (form === undefined)
    throw refuse(`${where}: ${name}`, `is no setting; there are ${Object.keys(settingForms).join(', ')}`);
  if (!form.test(value))
    throw refuse(`${where}: ${name}`, `cannot be ${JSON.stringify(value.slice(0, 100))}`);
  return value;
}
