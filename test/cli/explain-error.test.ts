import { expect, test } from 'vitest';
import { catamaran } from './fake-io.ts';

const explain = (...argv: string[]) => catamaran(['explain-error', ...argv]);

test('a code: what it means, and what to do', async () => {
  expect(await explain('spec-duplicate-key')).toEqual({
    code: 0,
    stdout: 'spec-duplicate-key\n  A key stands twice in one mapping. Keep one.\n',
    stderr: '',
  });
  expect(JSON.parse((await explain('spec-duplicate-key', '--json')).stdout)).toEqual({
    event: 'result',
    command: 'explain-error',
    result: { code: 'spec-duplicate-key', meaning: 'A key stands twice in one mapping. Keep one.' },
  });
});

test('a misspelt code', async () => {
  const { code, stdout, stderr } = await explain('spec-duplicat-key');
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain('no error has the code "spec-duplicat-key" [usage-error-code]');
  expect(stderr).toContain('hint: Did you mean "spec-duplicate-key"?');
});

test('what is near to none', async () => {
  expect((await explain('E0308')).stderr).toContain('hint: The code is at the end of an error’s first line');
});
