// A boot with the image's own /etc: who gets in, what is said, and how the person's comes back.
import { expect, test } from 'vitest';
import { explainSafeBoot } from '../../../src/agent/boot/safe-boot.ts';
import { memoryHost } from '../memory-host.ts';
import { runCommand } from '../run-command.ts';

const id = `${'0a'.repeat(16)}\n`;
const aside = {
  '/var/lib/etc.aside/machine-id': id,
  '/var/lib/etc.aside/ssh/authorized_keys.d/root': 'ssh-ed25519 AAAA somebody\n',
  '/var/lib/etc.aside/ssh/authorized_keys.d/huge': 'x'.repeat(70_000),
  '/var/lib/etc.aside/sysctl.d/99.conf': 'kernel.panic = 1\n',
};

test('keys and machine id are taken over, and nothing else', () => {
  const host = memoryHost({ ...aside, '/run/catamaran/safe': '3 boots in a row have not come up\n' });
  explainSafeBoot(host);
  expect([...host.files.keys()].filter((path) => path.startsWith('/etc'))).toEqual([
    '/etc/machine-id',
    '/etc/ssh/authorized_keys.d/root',
  ]);
  expect(host.files.get('/run/catamaran/notices/safe-boot')).toMatch(
    /^safe boot: 3 boots in a row have not come up; mend it there, then: catamaran-agent etc restore/,
  );
});

test('where nothing was set aside it says so', () => {
  const host = memoryHost({ '/run/catamaran/safe': '3 boots in a row have not come up\n' });
  explainSafeBoot(host);
  expect(host.files.get('/run/catamaran/notices/safe-boot')).toContain('nothing was written to /etc');
});

test('any other boot is left alone', () => {
  const host = memoryHost(aside);
  explainSafeBoot(host);
  expect(host.files.size).toBe(4);
});

test('etc restore asks for it, and refuses where there is nothing', () => {
  const host = memoryHost(aside);
  expect(runCommand(['etc', 'restore'], host)).toBe(0);
  expect(host.files.has('/var/lib/etc.restore')).toBe(true);
  const without = memoryHost();
  expect(runCommand(['etc', 'restore'], without)).toBe(2);
  expect(without.printed[0]).toContain('nothing has been set aside');
});
