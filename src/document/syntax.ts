// Puts the YAML parser's errors into people's words, with the remedy.
import type { YAMLError } from 'yaml';
import type { Problem } from '../base/errors.ts';

const hints: Readonly<Record<string, string>> = {
  BAD_INDENT: 'Indent the lines of one list or mapping equally.',
  BLOCK_AS_IMPLICIT_KEY:
    'Put a text that contains ": " in quotes, or begin the mapping on a line of its own.',
  BLOCK_IN_FLOW: 'Put a text that ends in ":" or begins with "- " in quotes.',
  MISSING_CHAR: 'Put ":" and a space after a key, and a comma between items in brackets.',
  MULTILINE_IMPLICIT_KEY: 'Put ":" and a space after the key; put a text of several lines in quotes.',
  UNEXPECTED_TOKEN: 'Put a text with special characters in quotes.',
};

export function explainSyntax({ code, message }: YAMLError): Problem {
  const syntax = (text: string, hint: string): Problem => ({
    code: 'spec-not-yaml',
    message: `not YAML: ${text}`,
    hint,
  });
  const bracket = /sufficiently indented and end with a ([\]}])/.exec(message)?.[1];
  if (bracket) {
    const opening = bracket === '}' ? '{' : '[';
    return syntax(
      `"${bracket}" is missing`,
      `Close what "${opening}" opened, and indent its lines more than the key.`,
    );
  }
  if (/^Missing closing .*quote/.test(message)) return syntax('a quotation mark is not closed', 'Close it.');
  if (code === 'BLOCK_AS_IMPLICIT_KEY') {
    return syntax(
      'a mapping begins inside the value of a key',
      'Put a text that contains ": " in quotes, and give the keys of one mapping the same indentation.',
    );
  }
  if (code === 'TAB_AS_INDENT') {
    return syntax('a tab indents this line', 'Indent by spaces: YAML allows no tabs there.');
  }
  if (code === 'MULTIPLE_DOCS') {
    return {
      code: 'spec-several-documents',
      message: 'another YAML document begins here: it does not count, nor does what follows',
      hint: 'Remove it, or make a file of its own of it and name both.',
    };
  }
  return syntax(
    message.replace(/\s*\n[\s\S]*/, ''),
    hints[code] ?? 'Put a text with special characters in quotes, and check the indentation.',
  );
}
