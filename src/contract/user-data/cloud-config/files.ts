// write_files: files with their contents in several encodings, owner, mode; appended, or written late.
import { decodeContent } from '../../document/content.ts';
import type { Findings } from '../../document/finding.ts';
import { list, mapping, type Read, record } from '../../document/shape/collections.ts';
import { owner, webAddress, writablePath } from '../../document/shape/forms.ts';
import { content, mode, text, truth } from '../../document/shape/scalars.ts';
import { about, orEmpty } from '../../document/shape/shape.ts';
import type { Draft } from '../draft.ts';
import { inline } from '../inline.ts';
import type { Owner, UserContent } from '../machine-config.ts';
import { section } from './section.ts';

const encodings = /^(gz|gzip|gz\+base64|gzip\+base64|gz\+b64|gzip\+b64|b64|base64|text\/plain)$/;

const fileFields = {
  path: about('Where the file is.', writablePath),
  content: about('What is in it.', content),
  source: about(
    'Where its contents are fetched from.',
    mapping(
      {
        uri: about('Address of the contents.', text(webAddress)),
        headers: about('Headers of the request.', record(text())),
      },
      ['uri'],
    ),
  ),
  encoding: about(
    'How the contents are written.',
    text({ pattern: encodings, rule: 'b64, gzip, gz+b64 or text/plain', example: 'b64' }),
  ),
  permissions: about('Permission bits. Default: 0644.', mode),
  owner: about('USER:GROUP. Default: root:root.', text(owner)),
  append: about('Whether the contents go to the end of the file.', truth),
  defer: about('Whether it is written after users are made.', truth),
  container: about('A container of RancherOS that the file is for.', text()),
} as const;

export const files = section({
  fields: {
    write_files: about(
      'Files to write.',
      orEmpty(
        list(
          mapping(fileFields, ['path'], ['content', 'encoding', 'permissions', 'owner', 'source', 'append']),
        ),
        [],
      ),
    ),
  },
  apply({ write_files = [] }, draft, findings) {
    for (const file of write_files) addFile(file, draft, findings);
  },
});

function addFile(file: Read<typeof fileFields>, draft: Draft, findings: Findings): void {
  const { path, permissions = 0o644, append = false, defer = false, at } = file;
  if (file.container !== undefined && file.container !== 'console') {
    findings.ignored(
      at,
      `is for the container ${file.container}`,
      'Put it into the image of that container, or mount it.',
    );
    return;
  }
  const contents = contentOf(file, findings);
  if (path === undefined || !contents) return;
  draft.addFile(
    {
      path,
      mode: permissions,
      owner: ownerOf(file.owner),
      contents: [contents],
      append,
      defer,
      overwrite: true,
    },
    at,
  );
}

function contentOf(
  { content = '', source, encoding = 'text/plain', at }: Read<typeof fileFields>,
  findings: Findings,
): UserContent | undefined {
  const gzip = encoding.startsWith('gz');
  if (source?.uri !== undefined)
    return { kind: 'remote', url: source.uri, headers: Object.fromEntries(source.headers ?? []), gzip };
  const base64 = /b64|base64/.test(encoding);
  const bytes = decodeContent(content, { base64, gzip });
  if (bytes instanceof Uint8Array) return inline(bytes);
  findings.error(
    at,
    `has contents of which the encoding is ${encoding}: what is written ${bytes.problem}`,
    'Encode them again, such as by `base64 -w0 FILE`.',
  );
  return undefined;
}

/** `core:`, `:docker` and `core` too. */
export function ownerOf(text = 'root:root'): Owner {
  const [user = '', group = ''] = text.split(':');
  return { ...(user !== '' && { user }), ...(group !== '' && { group }) };
}
