// A line of the loader's in what a program says.
import { expect, test } from 'vitest';
import { withoutLoaderWords } from '../../../src/agent/host/loader-words.ts';

const word =
  "ERROR: ld.so: object '/nope.so' from /etc/ld.so.preload cannot be preloaded (cannot open shared object file): ignored.\n";

test('is left out wherever it stands, and nothing else is', () => {
  expect(withoutLoaderWords(`${word}1764500000\n`)).toBe('1764500000\n');
  expect(withoutLoaderWords(`one\n${word}${word}two\n`)).toBe('one\ntwo\n');
  for (const text of ['', 'ERROR: ld.so: object\n', `x ${word}`, '\n\n']) {
    expect(withoutLoaderWords(text)).toBe(text);
  }
});
