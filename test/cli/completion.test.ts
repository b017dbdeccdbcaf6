// The script in a real bash, as the Tab key calls it.
import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { completionScript, shells } from '../../src/cli/completion.ts';
import { defineProgram } from '../../src/cli/program.ts';

const { program } = defineProgram(() => {});

/** What is offered after these words; the last one is being written. */
function complete(...words: string[]): string[] {
  const script = `${completionScript(program, 'bash')}
COMP_WORDS=(catamaran "$@"); COMP_CWORD=$#; _catamaran; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr, status } = spawnSync('bash', ['-c', script, 'bash', ...words], {
    encoding: 'utf8',
  });
  expect([stderr, status]).toEqual(['', 0]);
  return stdout.split('\n').filter((line) => line !== '');
}

test('commands are completed, and those below them', () => {
  expect(complete('bu')).toEqual(['build']);
  expect(complete('')).toEqual(expect.arrayContaining(['build', 'run', 'release', 'completion']));
  expect(complete('release', 'rot')).toEqual(['rotate-key']);
  expect(complete('component', 'pu')).toEqual(['push']);
});

test('options of the command, and those of all, once a dash is there', () => {
  expect(complete('build', '--lock')).toEqual(['--locked']);
  expect(complete('build', '--off')).toEqual(['--offline']);
  expect(complete('--off')).toEqual(['--offline']);
  expect(complete('build', 'spec.yml', '--no-s')).toEqual(['--no-sbom']);
});

test('values that are known; files are left to the shell', () => {
  expect(complete('completion', '')).toEqual([...shells]);
  expect(complete('image', 'export', 'x', '--format', 'oci')).toEqual(['oci-archive', 'oci']);
  expect(complete('build', 'sp')).toEqual([]);
});

test.each(shells)('for %s it is a function with the name of the program', (shell) => {
  const script = completionScript(program, shell);
  expect(script).toContain('complete -o default -F _catamaran catamaran');
  expect(script.includes('bashcompinit')).toBe(shell === 'zsh');
});
