// Why umoci's tree may be another one: each with what is right.

interface Reason {
  readonly why: string;
  /** Whether one line of a difference is for this reason. */
  readonly explains: RegExp;
}

/** Of an image that says so of itself. */
export const contradiction = 'a layer says two things of one place, and what it means hangs on the order';

const reasons: readonly Reason[] = [
  {
    why: 'a hard link to what comes later in the layer is made, which umoci, and a program that unpacks, cannot',
    explains: /^umoci: .*link: unpriv\.link: unpriv\.wrap target: no such file or directory/s,
  },
  {
    why: 'what lay below a file of a lower layer, and is taken away again by its own, is not looked at',
    explains: /^umoci: .*mkdir parent: .*: not a directory/s,
  },
  {
    why: 'a whiteout below what its own layer says is a file is the mark of a faulty program',
    explains: /^refused: .*\.wh\.[^"]*" lies below/,
  },
];

/** The reasons, where each line has one. */
export function reasonsFor(lines: readonly string[]): string[] | undefined {
  const found = lines.map((line) => reasons.find(({ explains }) => explains.test(line))?.why);
  return found.every((why) => why !== undefined) ? found : undefined;
}
