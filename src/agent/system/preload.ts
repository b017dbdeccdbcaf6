// Images that lie on the machine as archives, into the Docker that their directory is called after, each once: those of the
// release, and those that somebody has put on the data partition.
import { messageOf } from '../../base/errors.ts';
import { type Host, runOrThrow } from '../host/host.ts';
import { putDurably } from '../update/durable.ts';
import { answers, type Docker, dockers, ofDocker } from './dockers.ts';

const places = ['/usr/share/catamaran/preload', '/var/lib/catamaran/preload'];
const archive = /\.tar(\.gz|\.xz)?$/;

/** Undone work is said by `fail`, and the rest goes on. */
export function preloadImages(host: Host, fail: (message: string) => void): void {
  for (const docker of dockers)
    for (const place of places)
      for (const file of (host.listDirectory(`${place}/${docker}`) ?? []).filter((each) =>
        archive.test(each),
      ))
        try {
          loadOnce(host, docker, `${place}/${docker}/${file}`);
        } catch (error) {
          fail(`${place}/${docker}/${file}: ${messageOf(error)}`);
        }
}

/** Another file under the same name is loaded again. */
function loadOnce(host: Host, docker: Docker, path: string): void {
  const mark = `/var/lib/catamaran/preload/done/${docker}${path.replaceAll('/', '_')}`;
  const stamp = runOrThrow(host, ['stat', '-c', '%s %Y', path]).trim();
  if (host.readText(mark)?.trim() === stamp) return;
  if (!answers(host, docker)) throw new Error(`${docker} does not answer`);
  runOrThrow(host, ofDocker(docker, 'load', '--quiet', '--input', path));
  putDurably(host, mark, `${stamp}\n`);
  host.print(`${path} was loaded into ${docker}`);
}
