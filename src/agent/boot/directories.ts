// What a data partition holds from the first boot on. Something else in the place of a directory is set aside.
import { type Host, runOrThrow } from '../host/host.ts';
import { linkUnlessThere } from './filesystems.ts';

const names = ['cache', 'home', 'lib', 'log', 'opt', 'spool', 'srv', 'tmp', 'usrlocal', 'roothome'];
/** The agent's own records. */
const records = 'lib/catamaran';

export function makeDirectories(host: Host): void {
  for (const name of [...names, records]) {
    const path = `/var/${name}`;
    if (host.listDirectory(path) !== undefined) continue;
    host.run(['sh', '-c', '[ ! -e "$1" ] || mv -f "$1" "$1.aside"', 'sh', path]);
    runOrThrow(host, ['mkdir', '-m', '0755', path]);
  }
  runOrThrow(host, ['chmod', '0700', '/var/roothome']);
  runOrThrow(host, ['chmod', '1777', '/var/tmp']);
  linkUnlessThere(host, '/var/run', '/run');
  linkUnlessThere(host, '/var/lock', '/run/lock');
}
