// How user-data's files, directories and links appear: with owner and mode before they have their name, never half of one.
import type { Owner } from '../../../contract/user-data/machine-config.ts';
import { AgentError, type Host } from '../../host/host.ts';

export interface Placing {
  /** Permission bits. */
  readonly mode: number;
  readonly owner?: Owner;
}

/** In memory, of root alone. */
export const stageDirectory = '/run/catamaran/stage';
const stage = `${stageDirectory}/content`;

/** STAGE PATH MODE OWNER add|replace. The mode comes after the owner, which takes bits away. */
export const placeScript = `set -e
umask 022
[ -d "\${2%/*}" ] || mkdir -p "\${2%/*}"
[ ! -d "$2" ] || { echo 'it is a directory'; exit 1; }
umask 077
new=$2.new.$$
trap 'rm -f "$new"' EXIT
{ if [ "$5" = add ] && [ -e "$2" ]; then cat "$2"; fi; cat "$1"; } >"$new"
[ -z "$4" ] || chown "$4" "$new"
chmod "$3" "$new"
mv -f "$new" "$2"`;

/** PATH MODE OWNER. */
export const directoryScript = `set -e
umask 022
mkdir -p "$1"
[ -z "$3" ] || chown "$3" "$1"
chmod "$2" "$1"`;

export function placeFile(host: Host, path: string, content: string | Uint8Array, kept: Placing): void {
  place(host, path, content, kept, 'replace');
}

/** To the end of what is there. */
export function addToFile(host: Host, path: string, content: Uint8Array, kept: Placing): void {
  place(host, path, content, kept, 'add');
}

/** False where it is as it should be already. */
export function changeFile(host: Host, path: string, content: string, kept: Placing): boolean {
  if (host.readText(path) === content) return false;
  placeFile(host, path, content, kept);
  return true;
}

export function removeIfThere(host: Host, path: string): boolean {
  if (host.readText(path) === undefined) return false;
  host.removeFile(path);
  return true;
}

export function putDirectory(host: Host, path: string, { mode, owner }: Placing): void {
  script(host, directoryScript, path, octal(mode), ownerText(owner));
}

/** What somebody may read only as root, for as long as `use` takes. */
export function withStaged<T>(host: Host, content: string | Uint8Array, use: (path: string) => T): T {
  if (host.listDirectory(stageDirectory) === undefined)
    script(host, directoryScript, stageDirectory, '0700', '');
  host.writeFile(stage, content);
  try {
    return use(stage);
  } finally {
    host.removeFile(stage);
  }
}

function place(
  host: Host,
  path: string,
  content: string | Uint8Array,
  kept: Placing,
  how: 'add' | 'replace',
) {
  withStaged(host, content, (staged) =>
    script(host, placeScript, staged, path, octal(kept.mode), ownerText(kept.owner), how),
  );
}

/** The last line of what it says becomes the error. */
export function script(host: Host, text: string, ...words: readonly string[]): string {
  const { status, output } = host.run(['sh', '-c', text, 'sh', ...words]);
  if (status === 0) return output;
  throw new AgentError(output.trim().split('\n').at(-1) || `the shell ended with status ${status}`, {
    code: 'program-failed',
  });
}

const octal = (mode: number) => mode.toString(8).padStart(4, '0');
const ownerText = ({ user = '', group = '' }: Owner = {}) => (group === '' ? user : `${user}:${group}`);
