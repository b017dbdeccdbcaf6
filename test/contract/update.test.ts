// update.json: the spec's section as settings, each of the form that the machine takes.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readUpdate, type Update, writeUpdate } from '../../src/contract/update.ts';

const address = fc.stringMatching(/^https:\/\/[a-z0-9.]{1,20}\/[a-z]{0,9}$/);
const lock = fc.record({
  etcd: fc.array(address, { minLength: 1, maxLength: 3 }),
  group: fc.stringMatching(/^[A-Za-z0-9._-]{1,20}$/),
  machines: fc.integer({ min: 1, max: 99_999 }),
});
const reboot = fc.record(
  {
    strategy: fc.constantFrom('immediate', 'window', 'manual'),
    window: fc.constant('Sun 03:00/2h'),
    lock,
  },
  { requiredKeys: ['strategy'] },
);
const anyUpdate = fc.record(
  { url: address, channel: fc.constantFrom('alpha', 'beta', 'stable'), report: address, reboot },
  { requiredKeys: ['url', 'channel', 'reboot'] },
) as fc.Arbitrary<Update>;

test('what is written is read, with the format or without', () => {
  fc.assert(
    fc.property(anyUpdate, fc.nat(), ({ root: _, ...update }, epoch) => {
      const { window, lock, strategy } = update.reboot;
      const text = writeUpdate(update, epoch);
      const expected = {
        ...{ url: update.url, channel: update.channel, report: update.report, reboot: strategy, window },
        ...{ etcd: lock?.etcd.join(','), 'etcd-group': lock?.group },
        ...{ 'etcd-machines': lock && String(lock.machines), 'not-before': String(epoch) },
      };
      const found = Object.fromEntries(readUpdate(text, 'it'));
      expect(found).toEqual(JSON.parse(JSON.stringify(expected)));
      const { format, ...old } = JSON.parse(text);
      expect(format).toBe(1);
      expect(Object.fromEntries(readUpdate(JSON.stringify(old), 'it'))).toEqual(found);
    }),
  );
});

test.each([
  ['{', 'it is not JSON'],
  ['{"format": 2}', 'it has format 2; this program knows 1'],
  ['{"url": "ftp://x"}', 'it: url cannot be "ftp://x"'],
  ['{"reboot": {"strategy": "manual"}}', 'it: reboot cannot be'],
  ['{"chanel": "alpha"}', 'it: chanel is no setting; there are url, channel'],
])('%s is refused', (text, message) => {
  expect(() => readUpdate(text, 'it')).toThrow(message);
});
