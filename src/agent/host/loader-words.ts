// What the loader of each program says where somebody has named something in /etc/ld.so.preload that is not there (ld.so(8)): it
// goes on all the same, and what the program itself says is not to be read wrongly for it.
const words = /^ERROR: ld\.so: object '.*' from \/etc\/ld\.so\.preload cannot be preloaded .*\n/gm;

export const withoutLoaderWords = (output: string): string => output.replace(words, '');
