// Puts the YAML parser's errors into people's words, with what to write instead.
import type { YAMLError } from 'yaml';
import type { Problem } from '../base/errors.ts';

/** The parser's code and message; what to say (else its own words); what to write. The first that fits counts. */
const explanations: readonly (readonly [what: RegExp, message: string | undefined, hint: string])[] = [
  [/^RESOURCE_EXHAUSTION/, 'nested too deep', 'Check the brackets.'],
  [
    /end with a \]/,
    '"]" is missing',
    'Close what "[" opened, and indent its lines more than the key: the last one, with the "]", too.',
  ],
  [
    /end with a \}/,
    '"}" is missing',
    'Close what "{" opened, and indent its lines more than the key: the last one, with the "}", too.',
  ],
  [
    /Missing closing .*quote/,
    'a quotation mark is not closed',
    'Close it. Of a text of several lines, each is indented more than the key.',
  ],
  [
    /Comments must be separated/,
    'a "#" right behind something',
    'Put a space before "#", or the text in quotes.',
  ],
  [
    /^BLOCK_AS_IMPLICIT_KEY/,
    'a mapping begins inside the value of a key',
    'Put a text that contains ": " in quotes, and give the keys of one mapping the same indentation.',
  ],
  [/^TAB_AS_INDENT/, 'a tab indents this line', 'Indent by spaces: YAML allows no tabs there.'],
  [
    /at node end$/,
    'something follows a value that has ended',
    'Put the whole text in quotes, or what follows on a line of its own, with the indentation of its neighbours.',
  ],
  [/^BAD_INDENT/, undefined, 'Indent the lines of one list or mapping equally.'],
  [/^BLOCK_IN_FLOW/, undefined, 'Put a text that ends in ":" or begins with "- " in quotes.'],
  [/^MISSING_CHAR/, undefined, 'Put ":" and a space after a key, and a comma between items in brackets.'],
  [
    /^MULTILINE_IMPLICIT_KEY/,
    undefined,
    'Put ":" and a space after the key; put a text of several lines in quotes.',
  ],
  [
    /^BAD_(SCALAR_START|ALIAS|DQ_ESCAPE)|^UNEXPECTED_TOKEN/,
    undefined,
    'Put a text with special characters in quotes.',
  ],
];

const usualHint = 'Put a text with special characters in quotes, and check the indentation.';

export function explainSyntax({ code, message }: YAMLError): Problem {
  const [, words, hint] = explanations.find(([what]) => what.test(`${code} ${message}`)) ?? [];
  return {
    code: 'spec-not-yaml',
    message: `not YAML 1.2: ${words ?? message.replace(/\s*\n[\s\S]*/, '')}`,
    hint: hint ?? usualHint,
  };
}

export const moreDocuments: Problem = {
  code: 'spec-several-documents',
  message: 'another YAML document begins here: it does not count, nor does what follows',
  hint: 'Remove it, or make a file of its own of it and name both.',
};
