// The cleartext signature framework (RFC 9580, section 7), read strictly: the file is one signed text and nothing
// else. Everything outside is refused rather than skipped, so that nobody can take it for signed.

const begin = '-----BEGIN PGP SIGNED MESSAGE-----';
const signatureBegin = '-----BEGIN PGP SIGNATURE-----';
const signatureEnd = '-----END PGP SIGNATURE-----';

export interface Clearsigned {
  /** As the signature covers it: dashes unescaped, without white space at line ends, without the last line break. */
  readonly text: string;
  /** The armored signature packets. */
  readonly signature: string;
}

/** A string says what is wrong with the frame. */
export function parseClearsigned(file: string): Clearsigned | string {
  const lines = file.split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  if (lines[0] !== begin) return `it does not begin with ${begin}`;
  const blank = lines.indexOf('');
  const headers = lines.slice(1, Math.max(blank, 1));
  // RFC 9580, 7: only Hash headers are allowed. Others have been used to smuggle text.
  if (blank === -1 || !headers.every((line) => /^Hash: [A-Za-z0-9, -]+$/.test(line))) {
    return 'its armor has headers other than Hash';
  }
  const signatureAt = lines.indexOf(signatureBegin);
  if (signatureAt <= blank) return 'it has no signature';
  const endAt = lines.indexOf(signatureEnd, signatureAt);
  if (endAt === -1) return 'its signature is cut off';
  if (endAt !== lines.length - 1) return `it goes on after ${signatureEnd}`;

  const text: string[] = [];
  for (const line of lines.slice(blank + 1, signatureAt)) {
    // 7.2: a dash at the start of a line is escaped, always.
    if (line.startsWith('-') && !line.startsWith('- '))
      return 'a line of its text begins with an unescaped dash';
    text.push((line.startsWith('- ') ? line.slice(2) : line).replace(/[ \t]+$/, ''));
  }
  return { text: text.join('\n'), signature: `${lines.slice(signatureAt).join('\n')}\n` };
}
