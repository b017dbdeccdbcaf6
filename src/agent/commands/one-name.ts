// For commands that take one name: nothing that begins like an option is one.
export const isOneName = (words: readonly string[]): words is readonly [string] =>
  words.length === 1 && words[0] !== '' && !words[0]!.startsWith('-');
