// docs/errors.md: every code of src/base/error-codes.ts with its meaning, by subject.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { transformSync } from 'esbuild';

const introduction = `
# Errors

Every error has a code: in brackets at the end of its first line, and as \`code\` in the events of \`--json\`. Programs match on
it, so a code keeps its name. \`catamaran explain-error CODE\` prints what is here. Which [exit code](cli.md#exit-codes) the
command gives is another matter: it says whose doing the error was.
`;

export async function errorsPage(root) {
  const { errorCodes } = await importTypeScript(join(root, 'src', 'base', 'error-codes.ts'));
  const subjects = Object.entries(errorCodes).map(([subject, codes]) => {
    const rows = Object.entries(codes).map(([code, meaning]) => `| \`${code}\` | ${cell(meaning)} |\n`);
    return `\n## ${subject}\n\n| code | what it means, and what to do |\n|---|---|\n${rows.join('')}`;
  });
  return introduction + subjects.join('');
}

/** A module that imports nothing. Node 20 takes no TypeScript by itself. */
async function importTypeScript(path) {
  const { code } = transformSync(readFileSync(path, 'utf8'), { loader: 'ts', format: 'esm' });
  return import(`data:text/javascript,${encodeURIComponent(code)}`);
}

const cell = (text) => text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
