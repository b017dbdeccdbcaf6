// One word of a POSIX shell's command, whatever is in it.
export const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
