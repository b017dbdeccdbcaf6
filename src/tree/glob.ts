// Path globs of components: `**` is any number of whole parts (also none, so `a/**` is `a` and all in it), `*` any
// characters of one part, `?` one of them, `{a,b}` either. Matching takes at most pattern × path steps: where a star
// has matched, no earlier one is tried again.
import { CatamaranError } from '../base/errors.ts';

const maxAlternatives = 1000;

/** True for paths (without leading slash) that match at least one of the patterns. */
export function compileGlobs(patterns: readonly string[]): (path: string) => boolean {
  const compiled = patterns.flatMap(expandBraces).map((pattern) => pattern.split('/'));
  return (path) => {
    const parts = path.split('/');
    return compiled.some((pattern) => matchParts(pattern, parts));
  };
}

function matchParts(pattern: readonly string[], parts: readonly string[]): boolean {
  return matchStarred(pattern, parts, (one) => one === '**', matchPart);
}

function matchPart(pattern: string, part: string): boolean {
  return matchStarred(
    pattern,
    part,
    (one) => one === '*',
    (one, character) => one === '?' || one === character,
  );
}

/** The usual loop for patterns with stars, over characters or over parts. */
function matchStarred<T>(
  pattern: ArrayLike<T>,
  text: ArrayLike<T>,
  isStar: (one: T) => boolean,
  matchOne: (one: T, other: T) => boolean,
): boolean {
  let at = 0;
  let star = -1;
  let mark = 0;
  for (let here = 0; here < text.length; ) {
    if (at < pattern.length && isStar(pattern[at]!)) {
      star = at;
      mark = here;
      at += 1;
    } else if (at < pattern.length && matchOne(pattern[at]!, text[here]!)) {
      at += 1;
      here += 1;
    } else if (star !== -1) {
      // The last star takes one more.
      at = star + 1;
      mark += 1;
      here = mark;
    } else return false;
  }
  while (at < pattern.length && isStar(pattern[at]!)) at += 1;
  return at === pattern.length;
}

function expandBraces(pattern: string): string[] {
  const done: string[] = [];
  const open = [pattern];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    // An innermost pair, so that nested ones come apart too.
    const match = /\{([^{}]*)\}/.exec(next);
    if (match === null) {
      if (/[{}]/.test(next)) throw globError(pattern, 'has a brace without its partner');
      done.push(next);
    } else {
      const rest = next.slice(match.index + match[0].length);
      for (const choice of match[1]!.split(',')) open.push(next.slice(0, match.index) + choice + rest);
    }
    if (open.length + done.length > maxAlternatives) throw globError(pattern, 'has too many alternatives');
  }
  return done;
}

function globError(pattern: string, what: string): CatamaranError {
  return new CatamaranError('spec', {
    code: 'glob-malformed',
    message: `the glob ${JSON.stringify(pattern)} ${what}`,
    hint: 'Write it as in usr/share/{doc,man}/**, or as several globs.',
  });
}
