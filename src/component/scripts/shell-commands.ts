// A maintainer script as a list of simple commands, each a list of words: to be read, never run. A word that is not what it
// says, because it has a variable, a substitution or a pattern in it, is undefined. What is not understood is no command.

export type ShellCommand = readonly (string | undefined)[];

/** In characters; Debian's largest have 30,000. */
const maxScript = 1 << 20;

export function readCommands(script: string): ShellCommand[] {
  const commands: ShellCommand[] = [];
  let until: string | undefined;
  for (const line of script.slice(0, maxScript).replace(/\\\n/g, ' ').split('\n')) {
    if (until !== undefined) {
      // The lines of a here-document are data.
      if (line.trim() === until) until = undefined;
      continue;
    }
    until = /<<-?\s*["'\\]?(\w+)/.exec(line)?.[1];
    commands.push(...splitLine(line));
  }
  return commands;
}

function splitLine(line: string): ShellCommand[] {
  const commands: ShellCommand[] = [];
  let words: (string | undefined)[] = [];
  let redirected = false;
  const finish = () => {
    if (words.length > 0) commands.push(words);
    words = [];
  };
  // A word is any run of plain characters, quoted texts and escapes; the rest are operators and blanks.
  const pattern =
    /(\d?[<>]+[&|]?)|((?:[^\s;&|()<>#"'\\]|"(?:[^"\\]|\\.)*"|'[^']*'|\\.|(?<=\S)#)+)|([;&|()]+)|(#.*)|\S|\s+/g;
  for (const [, redirection, word, operator, comment] of line.matchAll(pattern)) {
    if (redirection !== undefined) redirected = true;
    else if (word !== undefined) {
      // `2>&1` is one thing, and no argument.
      if (!redirected) words.push(literalOf(word));
      redirected = false;
    } else if (operator !== undefined) finish();
    else if (comment !== undefined) break;
  }
  finish();
  return commands;
}

/** Undefined where the shell would make something else of it. */
function literalOf(word: string): string | undefined {
  let text = '';
  for (const [part] of word.matchAll(/"(?:[^"\\]|\\.)*"|'[^']*'|\\.|[^"'\\]+/g)) {
    if (part.startsWith("'")) text += part.slice(1, -1);
    else if (/[$`]/.test(part)) return undefined;
    else if (part.startsWith('"')) text += part.slice(1, -1).replace(/\\(.)/g, '$1');
    else if (part.startsWith('\\')) text += part.slice(1);
    else if (/[*?[\]{}~]/.test(part)) return undefined;
    else text += part;
  }
  return text;
}
