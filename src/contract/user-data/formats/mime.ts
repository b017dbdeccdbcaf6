// MIME multipart (RFC 2045, 2046), as cloud-init's users write it: parts with types, encoded or not. Half a body gives
// what is whole in it.
import { decodeBase64 } from '../../../base/base64.ts';
import { encodeUtf8 } from '../../../base/utf8.ts';
import { partInside, partWithin, placeOfPart, type Reading, type UserDataPart } from '../reading.ts';
import type { UserDataFormat } from './format.ts';

const most = 64;

export const mime: UserDataFormat = {
  name: 'MIME',
  types: ['multipart/mixed', 'multipart/alternative', 'message/rfc822'],
  detects: (_, text) =>
    /^(mime-version|content-type|content-transfer-encoding|from |received|subject):?[ \t]*\S/i.test(text) &&
    /^content-type:/im.test(text.slice(0, 4096)),
  read(text, part, reading) {
    const { headers, body, line } = splitEntity(text);
    const { type, boundary } = readType(headers.get('content-type'));
    if (!type.startsWith('multipart/'))
      readEntity(headers, body, { ...part, line: part.line + line }, part.name, reading);
    else if (boundary === undefined || boundary === '')
      reading.findings.error(
        placeOfPart(part),
        'is multipart without a boundary',
        'Add boundary="…" to its Content-Type.',
      );
    else readParts(body, boundary, { ...part, line: part.line + line }, reading);
  },
};

function readParts(body: string, boundary: string, part: UserDataPart, reading: Reading): void {
  const { findings } = reading;
  const lines = body.split('\n');
  const marks = lines.flatMap((line, index) =>
    line.trimEnd() === `--${boundary}` || line.trimEnd() === `--${boundary}--` ? [index] : [],
  );
  if (marks.length === 0) {
    findings.error(
      placeOfPart(part),
      'has no part: its boundary does not appear',
      `Begin each part with a line "--${boundary.slice(0, 70)}".`,
    );
    return;
  }
  const closed = marks.findIndex((mark) => lines[mark]!.trimEnd() === `--${boundary}--`);
  const starts = closed === -1 ? marks : marks.slice(0, closed);
  if (closed === -1)
    findings.error(
      placeOfPart(part),
      'is cut off: its last boundary is missing',
      'Its last line must end in "--".',
    );
  if (starts.length > most)
    findings.error(placeOfPart(part), `has more than ${most} parts`, 'Put several into one.');
  for (const [index, start] of starts.slice(0, most).entries()) {
    const end = marks[index + 1] ?? lines.length;
    const { headers, body: content, line } = splitEntity(lines.slice(start + 1, end).join('\n'));
    const name = `${part.name === 'user-data' ? '' : `${part.name}, `}part ${index + 1}`;
    readEntity(headers, content, { ...part, line: part.line + start + 1 + line }, name, reading);
  }
}

function readEntity(
  headers: ReadonlyMap<string, string>,
  body: string,
  part: UserDataPart,
  name: string,
  reading: Reading,
): void {
  const { type, boundary } = readType(headers.get('content-type'));
  if (type.startsWith('multipart/') && boundary) {
    reading.readPart(
      partWithin(
        part,
        name,
        encodeUtf8(`Content-Type: ${headers.get('content-type')}\n\n${body}`),
        part.line - 2,
      ),
    );
    return;
  }
  const encoding = headers.get('content-transfer-encoding')?.trim().toLowerCase() ?? '7bit';
  const bytes = decodeBody(body, encoding);
  if (!bytes) {
    reading.findings.error(
      { ...placeOfPart(part), part: name },
      `is not of ${encoding.slice(0, 40)}`,
      'Encode the part again.',
    );
    return;
  }
  // The places of what is not encoded are those of the whole.
  const plain = !/^(base64|quoted-printable)$/.test(encoding);
  const unknown = /^(text\/plain|application\/octet-stream|text\/x-not-multipart|)$/.test(type);
  const known = unknown ? undefined : type;
  reading.readPart(
    plain ? partWithin(part, name, bytes, part.line, known) : partInside(part, name, bytes, known),
  );
}

interface Entity {
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
  /** How many lines are before the body. */
  readonly line: number;
}

function splitEntity(text: string): Entity {
  const headers = new Map<string, string>();
  const lines = text.split('\n');
  let last = '';
  for (const [index, raw] of lines.entries()) {
    const line = raw.trimEnd();
    if (line === '') return { headers, body: lines.slice(index + 1).join('\n'), line: index + 1 };
    const [, name, value] = /^([!-9;-~]+):\s*(.*)$/.exec(line) ?? [];
    if (name !== undefined) {
      last = name.toLowerCase();
      headers.set(last, value!);
    } else if (/^[ \t]/.test(raw) && last !== '') headers.set(last, `${headers.get(last)} ${line.trim()}`);
    else if (index > 0 || !line.startsWith('From '))
      return { headers, body: lines.slice(index).join('\n'), line: index };
  }
  return { headers, body: '', line: lines.length };
}

function readType(header = ''): { readonly type: string; readonly boundary?: string } {
  const type = header.split(';')[0]!.trim().toLowerCase();
  const [, quoted, bare] = /;\s*boundary=(?:"([^"]*)"|([^\s;]+))/i.exec(header) ?? [];
  const boundary = quoted ?? bare;
  return { type, ...(boundary !== undefined && { boundary }) };
}

function decodeBody(body: string, encoding: string): Uint8Array | undefined {
  if (encoding === 'base64') return decodeBase64(body);
  if (encoding === 'quoted-printable') {
    const joined = body.replace(/=[ \t]*\r?\n/g, '');
    if (/=(?![\da-f]{2})/i.test(joined)) return undefined;
    const bytes = joined.split(/((?:=[\da-f]{2})+)/i).flatMap((piece) =>
      piece.startsWith('=')
        ? piece
            .slice(1)
            .split('=')
            .map((digits) => Number.parseInt(digits, 16))
        : [...encodeUtf8(piece)],
    );
    return Uint8Array.from(bytes);
  }
  return /^(7bit|8bit|binary)$/.test(encoding) ? encodeUtf8(body) : undefined;
}
