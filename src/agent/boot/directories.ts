// What a data partition holds from the first boot on, and what the image's own parts expect below /var and /run. Something
// else in the place of a directory is set aside.
import { madeDirectoriesPath, readMadeDirectories } from '../../contract/made-directories.ts';
import { type Host, runOrThrow } from '../host/host.ts';
import { linkUnlessThere } from './filesystems.ts';

const names = ['cache', 'home', 'lib', 'log', 'opt', 'spool', 'srv', 'tmp', 'usrlocal', 'roothome'];
/** The agent's own records. */
const records = 'lib/catamaran';

export function makeDirectories(host: Host): void {
  const missing = () =>
    [...names, records]
      .map((name) => `/var/${name}`)
      .filter((path) => host.listDirectory(path) === undefined);
  const wanted = missing();
  // One program for all; what is in the way is asked only where one of them fails.
  if (wanted.length > 0 && host.run(['mkdir', '-m', '0755', ...wanted]).status !== 0) {
    for (const path of missing()) {
      if (host.run(['mkdir', '-m', '0755', path]).status === 0) continue;
      host.run(['mv', '-f', path, `${path}.aside`]);
      runOrThrow(host, ['mkdir', '-m', '0755', path]);
    }
  }
  runOrThrow(host, ['chmod', '0700', '/var/roothome']);
  runOrThrow(host, ['chmod', '1777', '/var/tmp']);
  linkUnlessThere(host, [
    ['/var/run', '/run'],
    ['/var/lock', '/run/lock'],
  ]);
  makeThoseOfImage(host);
}

/** What is there already keeps its owner and mode: somebody may have meant it so. */
function makeThoseOfImage(host: Host): void {
  for (const { path, mode, uid, gid } of readMadeDirectories(
    host.readText(`/${madeDirectoriesPath}`) ?? '',
  )) {
    if (host.listDirectory(path) !== undefined) continue;
    const made = host.run(['mkdir', '-p', path]).status === 0;
    if (!made || host.run(['chown', `${uid}:${gid}`, path]).status !== 0)
      host.print(`${path} cannot be made`);
    else host.run(['chmod', mode.toString(8), path]);
  }
}
