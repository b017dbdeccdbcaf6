// Where updates come from and when the machine may reboot: /usr/lib/catamaran/update.json, which the builder makes of the
// spec's `update` section (contract/update.ts), and over it /etc/catamaran/update.yml, which is the person's.
// The file in /etc is plain `key: value` lines; anything else is refused, with its line.

import type { ReleaseVersion } from '../../base/flavour.ts';
import { checkSetting, readUpdate, updatePath } from '../../contract/update.ts';
import type { Ring } from '../../tuf/decide.ts';
import { isChannelName } from '../../tuf/names.ts';
import { AgentError, type Host } from '../host/host.ts';
import { putDurably } from './durable.ts';
import { parseWindow, type Window } from './window.ts';

export interface UpdaterSettings {
  /** Without a slash at its end. */
  readonly url: string;
  readonly channel: string;
  /** The version that a person wants here, whatever the channel points at. */
  readonly pin: ReleaseVersion | undefined;
  readonly ring: Ring;
  /** Seconds between two polls. */
  readonly interval: number;
  readonly reboot: 'immediate' | 'window' | 'manual';
  readonly window: Window | undefined;
  /** Where to say what an update came to; nowhere by default. */
  readonly report: string | undefined;
  /** Base addresses of an etcd's members; empty: reboots need no lock. */
  readonly etcd: readonly string[];
  /** That many machines at once may reboot. */
  readonly etcdMachines: number;
  /** Which machines count together. */
  readonly etcdGroup: string;
  /** A file of certificate authorities in place of the public ones. */
  readonly ca: string | undefined;
  /** Seconds since the epoch: when the image was built at the latest. */
  readonly notBefore: number;
}

export const imageSettingsPath = `/${updatePath}`;
export const settingsPath = '/etc/catamaran/update.yml';

export function readUpdaterSettings(host: Host): UpdaterSettings {
  const values = new Map([...readImageSettings(host), ...readOwnSettings(host)]);
  const url = values.get('url');
  if (url === undefined)
    throw new AgentError(
      `no url: neither ${imageSettingsPath} nor ${settingsPath} says where updates come from`,
      {
        code: 'update-no-url',
        fault: 'spec',
        hint: `Add a line such as "url: https://updates.example.org/os" to ${settingsPath}.`,
      },
    );
  const window = values.get('window');
  const reboot = (values.get('reboot') ??
    (window === undefined ? 'immediate' : 'window')) as UpdaterSettings['reboot'];
  if (reboot === 'window' && window === undefined)
    throw new AgentError(
      `reboot: window, and no window: add a line such as "window: Sun 03:00/2h" to ${settingsPath}`,
      { code: 'update-settings', fault: 'spec' },
    );
  const ring = values.get('ring') ?? 'normal';
  return {
    url: url.replace(/\/+$/, ''),
    channel: values.get('channel') ?? 'stable',
    pin: values.get('pin'),
    ring: /^\d/.test(ring) ? Number(ring) : (ring as Ring),
    interval: Math.max(60, parseSeconds(values.get('interval') ?? '1h')),
    reboot,
    window: window === undefined ? undefined : parseWindow(window),
    report: unlessOff(values.get('report')),
    etcd: unlessOff(values.get('etcd'))?.split(/\s*,\s*/) ?? [],
    etcdMachines: Number(values.get('etcd-machines') ?? 1),
    etcdGroup: values.get('etcd-group') ?? 'default',
    ca: values.get('ca'),
    notBefore: Number(values.get('not-before') ?? 0),
  };
}

/** A person's word against the image's. */
function unlessOff(value: string | undefined): string | undefined {
  return value === 'off' ? undefined : value;
}

function readImageSettings(host: Host): Map<string, string> {
  const text = host.readText(imageSettingsPath);
  return text === undefined ? new Map() : readUpdate(text, imageSettingsPath);
}

function readOwnSettings(host: Host): [string, string][] {
  const lines = (host.readText(settingsPath) ?? '').split('\n');
  const found = new Map<string, string>();
  for (const [index, line] of lines.entries()) {
    const text = line.replace(/(^|\s)#.*$/, '').trimEnd();
    if (text === '' || text === '---') continue;
    const where = `${settingsPath}:${index + 1}`;
    const [, key = '', raw = ''] = /^([a-z-]+):\s+(.*)$/.exec(text) ?? [];
    if (key === '')
      throw new AgentError(`${where}: not "key: value": ${text.slice(0, 100)}`, {
        code: 'update-settings',
        fault: 'spec',
      });
    if (found.has(key))
      throw new AgentError(`${where}: ${key} is there twice`, {
        code: 'update-settings',
        fault: 'spec',
        hint: 'Remove one of the two lines.',
      });
    found.set(key, checkSetting(key, raw.replace(/^"(.*)"$|^'(.*)'$/, '$1$2'), where, refuseOwn));
  }
  return [...found];
}

const refuseOwn = (where: string, evidence: string): AgentError =>
  new AgentError(`${where} ${evidence}`, { code: 'update-settings', fault: 'spec' });

const units: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

export function parseSeconds(text: string): number {
  return Number(text.slice(0, -1)) * units[text.slice(-1)]!;
}

export function requireChannelName(channel: string): void {
  if (isChannelName(channel)) return;
  throw new AgentError(`${JSON.stringify(channel)} is no name of a channel`, {
    code: 'channel-name',
    fault: 'usage',
    hint: 'Write lower-case letters, digits and "-", beginning with a letter.',
  });
}

/** `catamaran-agent channel NAME`. */
export function writeChannel(host: Host, channel: string, path = settingsPath): void {
  requireChannelName(channel);
  writeSetting(host, 'channel', channel, path);
}

/** One line of the person's file, the others stay. False where it says so already. */
export function writeSetting(host: Host, name: string, value: string, path = settingsPath): boolean {
  checkSetting(name, value, path, refuseOwn);
  const text = host.readText(path) ?? '';
  const line = `${name}: ${value}`;
  const there = new RegExp(`^${name}:.*$`, 'm');
  const changed = there.test(text)
    ? text.replace(there, () => line)
    : `${text}${text === '' || text.endsWith('\n') ? '' : '\n'}${line}\n`;
  if (changed === text) return false;
  putDurably(host, path, changed);
  return true;
}

export function removeSetting(host: Host, name: string, path = settingsPath): void {
  const text = host.readText(path) ?? '';
  const rest = text.replace(new RegExp(`^${name}:.*\n?`, 'm'), '');
  if (rest !== text) putDurably(host, path, rest);
}
