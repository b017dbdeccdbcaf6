// The WWW-Authenticate header (RFC 9110, 11.6.1) → challenges.

export interface Challenge {
  /** In lower case: `bearer`, `basic`. */
  readonly scheme: string;
  /** Names in lower case. */
  readonly parameters: ReadonlyMap<string, string>;
}

const token = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const parameter = new RegExp(`\\s*(${token})\\s*=\\s*(?:"((?:[^"\\\\]|\\\\.)*)"|(${token}))\\s*`, 'y');
const scheme = new RegExp(`\\s*(${token})(?:\\s+|(?=,)|$)`, 'y');

/** Several challenges may stand in one header; what cannot be read ends the list. */
export function parseChallenges(header: string): readonly Challenge[] {
  const challenges: Challenge[] = [];
  let at = 0;
  const take = (pattern: RegExp): RegExpExecArray | undefined => {
    pattern.lastIndex = at;
    const match = pattern.exec(header);
    if (match) at = pattern.lastIndex;
    return match ?? undefined;
  };
  while (at < header.length) {
    const name = take(scheme);
    if (!name) break;
    const parameters = new Map<string, string>();
    for (let found = take(parameter); found; found = take(parameter)) {
      parameters.set(found[1]!.toLowerCase(), found[3] ?? found[2]!.replace(/\\(.)/g, '$1'));
      if (header[at] !== ',') break;
      at += 1;
    }
    challenges.push({ scheme: name[1]!.toLowerCase(), parameters });
    while (header[at] === ',' || header[at] === ' ') at += 1;
  }
  return challenges;
}
