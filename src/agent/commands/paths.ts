// For commands that take paths: nothing that begins like an option is one.
export const arePaths = (words: readonly string[]): boolean => words.every((word) => !word.startsWith('-'));
