// Links of Ignition.
import type { Module } from '../module.ts';
import { isForgotten, requirePath } from '../places.ts';
import { script } from '../write.ts';

/** TARGET PATH hard|symbolic OVERWRITE OWNER. A link is replaced by its name, and nothing else without being told. */
export const linkScript = `set -e
umask 022
mkdir -p "\${2%/*}"
[ "$4" = true ] || [ ! -e "$2" ] || [ -L "$2" ] || { echo 'something else is there'; exit 1; }
[ ! -d "$2" ] || [ -L "$2" ] || { echo 'it is a directory'; exit 1; }
new=$2.new.$$
if [ "$3" = hard ]; then ln "$1" "$new"; else ln -s "$1" "$new"; fi
[ -z "$5" ] || chown -h "$5" "$new"
[ ! -L "$2" ] || rm -f "$2"
mv -f "$new" "$2"`;

export const links: Module = {
  name: 'links',
  summary: 'links of Ignition, symbolic and hard',
  pass: 'local',
  when: 'path',
  apply({ host, config, occasion, report }) {
    for (const { path, target, hard, owner, overwrite } of config.links) {
      if (!occasion.newInstance && !isForgotten(host, path)) continue;
      report.attempt(`the link ${path}`, () => {
        const from = hard ? requirePath(target) : target;
        const who =
          owner.user === undefined
            ? ''
            : `${owner.user}${owner.group === undefined ? '' : `:${owner.group}`}`;
        script(host, linkScript, from, requirePath(path), hard ? 'hard' : 'symbolic', String(overwrite), who);
      });
    }
  },
};
