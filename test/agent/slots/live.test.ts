// The agent on a live system: what init asks for has nothing to do, what a person asks for is refused, and the status says so.
import { expect, test } from 'vitest';
import { memoryHost } from '../memory-host.ts';
import { runCommand, runUpdateCommand } from '../run-command.ts';

const live = () =>
  memoryHost(
    {
      '/run/catamaran/live': 'sr0\n',
      '/proc/cmdline': `catamaran.verity=${'ab'.repeat(32)},00,8 catamaran.live=X,1,2,3\n`,
      '/usr/lib/os-release': 'IMAGE_ID=x\nIMAGE_VERSION=1.2.3\n',
    },
    (command) => (command[0] === 'uname' ? { status: 0, output: 'x86_64\n' } : undefined),
  );

test('the status names the medium', () => {
  const host = live();
  expect(runCommand(['status'], host)).toBe(0);
  expect(runCommand(['status', '--json'], host)).toBe(0);
  expect(host.printed.map((line) => line.replace(/,"resources":.*}/, '}'))).toEqual([
    'running    live system from sr0, 1.2.3',
    `root hash  ${'ab'.repeat(32)}`,
    `{"live":"sr0","version":"1.2.3","rootHash":"${'ab'.repeat(32)}"}`,
  ]);
});

test.each([['account'], ['health-gate'], ['pass'], ['overdue', 'why']])('%s does nothing', (...words) => {
  const host = live();
  expect([runCommand(words, host), host.printed, host.calls]).toEqual([0, [], []]);
});

test.each([['confirm'], ['rollback'], ['mark-bad', 'A'], ['stage', '--from', '/mnt']])(
  '%s is refused',
  (...words) => {
    const host = live();
    expect(runCommand(words, host)).toBe(6);
    expect(host.printed.map((line) => line.replace(/,"resources":.*}/, '}'))).toEqual([
      `catamaran-agent ${words.join(' ')}: this is a live system, from sr0: it has no slots, and cannot be updated`,
      '  hint: Start the machine from a disk that has the system.',
    ]);
  },
);

test('an update is refused', () => {
  const host = live();
  expect(runUpdateCommand(['update', '--check'], host)).toBe(6);
  expect(host.printed.join()).toContain('this is a live system, from sr0');
});
