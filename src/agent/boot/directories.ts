// What a data partition holds from the first boot on.
import { type Host, runOrThrow } from '../host/host.ts';
import { linkUnlessThere } from './filesystems.ts';

const names = ['cache', 'home', 'lib', 'log', 'opt', 'spool', 'srv', 'tmp', 'usrlocal', 'roothome'];

export function makeDirectories(host: Host): void {
  for (const name of names) {
    const path = `/var/${name}`;
    if (host.listDirectory(path) === undefined) runOrThrow(host, ['mkdir', '-m', '0755', path]);
  }
  runOrThrow(host, ['chmod', '0700', '/var/roothome']);
  runOrThrow(host, ['chmod', '1777', '/var/tmp']);
  linkUnlessThere(host, '/var/run', '/run');
  linkUnlessThere(host, '/var/lock', '/run/lock');
}
