// `catamaran-agent reset --yes --keep PATH…`: all that is on the data partition goes but what is named, and what the agent needs
// to know of its slots and its channel. At the next boot, before anything else looks there; a power cut in between is made up for
// by the one after, for the list of what stays goes last.
import { AgentError, type Host, runOrThrow } from '../host/host.ts';
import { putDurably, removeDurably } from '../update/durable.ts';

const listPath = '/var/lib/catamaran/reset-keep';
/** What was good and bad here, and how far back this machine may go. */
const ours = ['slots', 'tuf', 'update/floor.json', 'update/installed.json'].map(
  (name) => `/var/lib/catamaran/${name}`,
);

/** Where the paths that people know are on the data partition. */
const links: readonly (readonly [string, string])[] = [
  ['/etc/', '/var/lib/etc/'],
  ['/home/', '/var/home/'],
  ['/opt/', '/var/opt/'],
  ['/root/', '/var/roothome/'],
  ['/srv/', '/var/srv/'],
  ['/usr/local/', '/var/usrlocal/'],
  ['/var/', '/var/'],
];

export function askReset(host: Host, paths: readonly string[]): void {
  const places = paths.map((path) => placeOf(host, path));
  putDurably(host, listPath, places.map((place) => `${place}\n`).join(''));
  host.print('the data partition will be cleared at the next boot, and all that is on /var will be lost but');
  for (const place of places) host.print(`  ${place}`);
}

function placeOf(host: Host, path: string): string {
  const whole = `${path.replace(/\/+$/, '')}/`;
  const link = links.find(([from]) => whole.startsWith(from));
  if (link === undefined || whole === '/var/' || !/^(\/[^/\n]+)+\/$/.test(whole) || /\/\.{1,2}\//.test(whole))
    throw new AgentError(`${path} is nothing on the data partition`, {
      code: 'reset-path',
      fault: 'usage',
      hint: `Name absolute paths below ${links.map(([from]) => from).join(', ')}.`,
    });
  const place = `${link[1]}${whole.slice(link[0].length)}`.replace(/\/$/, '');
  if (host.run(['test', '-e', place]).status !== 0)
    throw new AgentError(`there is no ${place} to keep`, {
      code: 'reset-path',
      fault: 'usage',
      hint: 'Only what was written on this machine can be kept; what is the image’s own comes back by itself.',
    });
  return place;
}

/** At boot: clears, and starts anew, for much of it is in use. */
export function finishKeepingReset(host: Host): void {
  const text = host.readText(listPath);
  if (text === undefined) return;
  clear(host, '/var', [...ours, ...text.split('\n').filter((line) => line !== ''), listPath]);
  runOrThrow(host, ['sync']);
  removeDurably(host, listPath);
  runOrThrow(host, ['reboot', '-f']);
}

/** What leads to something that is kept stays too, unless it is a link: then the place is another one. */
function clear(host: Host, directory: string, kept: readonly string[]): void {
  for (const name of host.listDirectory(directory) ?? []) {
    const path = `${directory}/${name}`;
    if (kept.includes(path)) continue;
    const leads = kept.some((each) => each.startsWith(`${path}/`));
    if (leads && host.run(['test', '-L', path]).status !== 0) clear(host, path, kept);
    else runOrThrow(host, ['rm', '-rf', path]);
  }
}
