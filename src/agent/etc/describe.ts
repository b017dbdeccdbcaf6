// What files are, in a line each: mode, owner, digest. Two files are the same one where the lines are. As merge-etc of
// components/initrd has them, whose records are read here.
import { type Host, runOrThrow } from '../host/host.ts';

export interface EtcFile {
  /** Below /etc. */
  readonly path: string;
  /** `gone - -`: overlayfs's word for a file that was removed. */
  readonly text: string;
}

const script = `cd "$1" && shift && for name; do
  name=./$name
  if [ -L "$name" ]; then line="link - $(readlink "$name" | sha256sum)"
  elif [ -f "$name" ]; then line="$(stat -c '%a %u:%g' "$name") $(sha256sum <"$name")"
  elif [ -c "$name" ]; then line='gone - -'
  elif [ -e "$name" ]; then line='other - -'
  else continue
  fi
  echo "\${line%%  -} $name"
done`;
/** Of one call; a command line has its bound. */
const most = 200;

/** Those that are there. */
export function describeFiles(host: Host, directory: string, paths: readonly string[]): EtcFile[] {
  const found: EtcFile[] = [];
  for (let start = 0; start < paths.length; start += most)
    found.push(
      ...parseFiles(
        runOrThrow(host, ['sh', '-c', script, 'sh', directory, ...paths.slice(start, start + most)]),
      ),
    );
  return found;
}

/** Lines of another form are passed over. */
export function parseFiles(text: string): EtcFile[] {
  return text.split('\n').flatMap((line) => {
    const match = /^(\S+ \S+ \S+) \.\/(.+)$/.exec(line);
    return match ? [{ text: match[1]!, path: match[2]! }] : [];
  });
}
