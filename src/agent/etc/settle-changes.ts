// A person's word on what was written to /etc: it stays as it is, or the image's own takes its place.
import { AgentError, type Host, runOrThrow } from '../host/host.ts';
import { type EtcChange, listChanges, readBoth } from './changes.ts';
import { bothPath, imageEtc } from './places.ts';
import { tellOfEtc } from './tell.ts';

/** Of a directory all that is below it. Refuses a path that names none. */
export function chooseChanges(host: Host, paths: readonly string[]): EtcChange[] {
  const changes = listChanges(host);
  const chosen = paths.map((path) => {
    const name = path.replace(/^\/etc(\/|$)/, '').replace(/\/+$/, '');
    const found = changes.filter((change) => change.path === name || change.path.startsWith(`${name}/`));
    if (found.length === 0)
      throw new AgentError(`/etc/${name} is as the image has it`, {
        code: 'etc-unchanged',
        fault: 'usage',
        hint: 'catamaran-agent etc status lists what was changed.',
      });
    return found;
  });
  return [...new Set(chosen.flat())];
}

/** What was written here is right for this image too. */
export function acceptChanges(host: Host, changes: readonly EtcChange[]): void {
  const settled = new Set(changes.map(({ path }) => path));
  const left = readBoth(host).filter(({ path }) => !settled.has(path));
  const lines = [...left.map(({ text, path }) => `${text} ./${path}`), 'end'];
  host.writeFile(`${bothPath}.new`, `${lines.join('\n')}\n`);
  runOrThrow(host, ['mv', `${bothPath}.new`, bothPath]);
  runOrThrow(host, ['sync', bothPath]);
  tellOfEtc(host);
}

/** At once: a copy of the image's own, which goes when the next image comes. */
export function resetChanges(host: Host, changes: readonly EtcChange[]): void {
  for (const { path, kind } of changes) {
    const [from, to] = [`${imageEtc}/${path}`, `/etc/${path}`];
    const isNew = kind === 'added' || host.run(['sh', '-c', '[ -e "$1" ] || [ -L "$1" ]', 'sh', from]).status;
    if (isNew) runOrThrow(host, ['rm', '-f', to]);
    else
      runOrThrow(host, [
        ...(['sh', '-c'] as const),
        'mkdir -p "$(dirname "$2")" && cp -a "$1" "$2.catamaran" && mv "$2.catamaran" "$2"',
        ...['sh', from, to],
      ]);
  }
  acceptChanges(host, changes);
}
