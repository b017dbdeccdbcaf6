// #!: a script, run once after everything else; and #cloud-boothook, run at every boot before anything else.
import { encodeUtf8 } from '../../../base/utf8.ts';
import { placeOfPart } from '../reading.ts';
import type { UserDataFormat } from './format.ts';

export const script: UserDataFormat = {
  name: 'script',
  types: [
    'text/x-shellscript',
    'text/x-shellscript-per-once',
    'text/x-shellscript-per-instance',
    'text/x-shellscript-per-boot',
  ],
  detects: (firstLine) => firstLine.startsWith('#!'),
  read(text, part, { draft, findings }) {
    if (!text.startsWith('#!'))
      findings.error(placeOfPart(part), 'is a script without a first line', 'Begin it with #!/bin/sh.');
    else
      draft.commands.run.push({
        kind: 'script',
        bytes: part.bytes,
        always: part.type === 'text/x-shellscript-per-boot',
      });
  },
};

export const boothook: UserDataFormat = {
  name: 'cloud-boothook',
  types: ['text/cloud-boothook'],
  detects: (firstLine) => firstLine.startsWith('#cloud-boothook'),
  read(text, _, { draft }) {
    const body = text.replace(/^#cloud-boothook[^\n]*\n?/, '');
    const bytes = encodeUtf8(body.startsWith('#!') ? body : `#!/bin/sh\n${body}`);
    draft.commands.boot.push({ kind: 'script', bytes, always: true });
  },
};
