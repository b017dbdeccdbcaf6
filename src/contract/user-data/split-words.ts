// Splits a command line into words as a POSIX shell does: quotes and backslashes, and nothing else of its language.
export function splitWords(line: string): string[] {
  const words: string[] = [];
  for (const [word] of line.matchAll(/(?:\\[\s\S]|'[^']*'|"(?:\\[\s\S]|[^"\\])*"|[^\s'"\\]|['"\\])+/g))
    words.push(
      word.replace(
        /\\([\s\S])|'([^']*)'|"((?:\\[\s\S]|[^"\\])*)"/g,
        (_, escaped, single, double) => escaped ?? single ?? String(double).replace(/\\(["\\$`])/g, '$1'),
      ),
    );
  return words;
}
