// LinuxKit's metadata: JSON of which each member becomes a file or a directory below /run/config
// (linuxkit/pkg/metadata, processUserData): {"perm": "0644", "content": "…"} or {"entries": {…}}.
import { encodeUtf8 } from '../../../base/utf8.ts';
import type { Mapping } from '../../document/node.ts';
import { checkPath } from '../../document/paths.ts';
import { mode, text } from '../../document/shape/scalars.ts';
import { readJson } from '../../document/yaml.ts';
import { inline } from '../inline.ts';
import { placeOfPart, type Reading, type UserDataPart } from '../reading.ts';
import type { UserDataFormat } from './format.ts';

const root = '/run/config';
const owner = { user: 'root', group: 'root' };

export const linuxkit: UserDataFormat = {
  name: 'LinuxKit’s metadata',
  types: ['application/json'],
  detects: (_, text) => /^\s*\{/.test(text) && /"(content|entries)"\s*:/.test(text),
  read(source, part, reading) {
    const node = readJson(source, placeOfPart(part), reading.findings);
    if (node?.kind === 'mapping') addEntries(node, root, part, reading);
    else if (node) reading.findings.error(node.at, 'is no object');
  },
};

function addEntries(directory: Mapping, path: string, part: UserDataPart, reading: Reading): void {
  const { findings, draft } = reading;
  for (const [name, { at, value }] of directory.entries) {
    const place = checkPath(`${path}/${name}`);
    if (name.includes('/') || typeof place !== 'string' || !place.startsWith(`${path}/`))
      findings.error(at, 'is no name of a file', 'Use letters, digits, ".", "_" and "-".');
    else if (value.kind !== 'mapping')
      findings.error(at, 'must have content or entries', 'Write {"content": "…"}.');
    else {
      const { entries } = value;
      const [perm, content, below] = ['perm', 'content', 'entries'].map((key) => entries.get(key)?.value);
      const bits = perm && mode.read(perm, findings);
      if (below?.kind === 'mapping') {
        draft.addDirectory({ path: place, mode: bits ?? 0o755, owner }, at);
        addEntries(below, place, part, reading);
      } else {
        const written = content && text().read(content, findings);
        if (written !== undefined)
          draft.addFile(
            {
              path: place,
              mode: bits ?? 0o644,
              owner,
              contents: [inline(encodeUtf8(written))],
              append: false,
              defer: false,
              overwrite: true,
            },
            at,
          );
        else if (!content) findings.error(at, 'must have content or entries', 'Write {"content": "…"}.');
      }
    }
  }
}
