// Keys that others can write, which sshd would not take.
import { expect, test } from 'vitest';
import { keepKeys } from '../../../src/agent/boot/keep-keys.ts';
import { memoryHost } from '../memory-host.ts';

const key = '/etc/ssh/authorized_keys.d/root';
const hostWith = (output: string) =>
  memoryHost({ [key]: 'ssh-ed25519 AAAA' }, ([program]) =>
    program === 'stat' ? { status: 1, output } : undefined,
  );

test('what others could write they cannot any more, and people are told', () => {
  const host = hostWith(`755 /etc\n777 /etc/ssh\nstat: no such file\n1777 ${key}\n640 /root/x\n`);
  keepKeys(host);
  expect(host.calls.filter((call) => call.startsWith('chmod'))).toEqual([
    'chmod go-w /etc/ssh',
    `chmod go-w ${key}`,
  ]);
  expect(host.calls[0]).toMatch(/^stat -L .* \/etc\/ssh\/authorized_keys.d\/root/);
  expect(host.files.get('/run/catamaran/notices/keys')).toMatch(
    /^others could write to \/etc\/ssh \/etc\/ssh/,
  );
});

test('as it should be, nothing is touched and nothing said', () => {
  const host = hostWith(`755 /etc\n600 ${key}\n`);
  keepKeys(host);
  expect([host.calls.length, host.files.size, host.printed]).toEqual([1, 1, []]);
});
