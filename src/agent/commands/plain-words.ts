// For commands that take names or paths: nothing that begins like an option is one.
export const arePlain = (words: readonly string[]): boolean => words.every((word) => !word.startsWith('-'));

export const isOneName = (words: readonly string[]): words is readonly [string] =>
  words.length === 1 && words[0] !== '' && arePlain(words);
