// The two files of settings: the image's, and over it the person's.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readUpdaterSettings } from '../../../src/agent/update/settings.ts';
import { writeUpdate } from '../../../src/contract/update.ts';
import { memoryHost } from '../memory-host.ts';

const reboot = { strategy: 'window', window: 'Sun 03:00/2h' } as const;
const image = writeUpdate({ url: 'https://u.example/os/', channel: 'beta', reboot }, 1_700_000_000);
const settings = (own: string, json = image) =>
  readUpdaterSettings(
    memoryHost({ '/usr/lib/catamaran/update.json': json, '/etc/catamaran/update.yml': own }),
  );

test('what the builder writes is what the machine reads', () => {
  expect(settings('')).toEqual({
    url: 'https://u.example/os',
    channel: 'beta',
    ring: 'normal',
    interval: 3600,
    reboot: 'window',
    window: { days: [0], start: 10_800, length: 7200 },
    etcd: [],
    etcdMachines: 1,
    etcdGroup: 'default',
    report: undefined,
    ca: undefined,
    notBefore: 1_700_000_000,
  });
});

test('a lock and a report of the spec reach the machine, and its person may do without', () => {
  const etcd = ['http://10.0.0.1:2379', 'http://10.0.0.2:2379'];
  const json = writeUpdate(
    {
      ...{ url: 'https://u.example/os', channel: 'stable', report: 'https://u.example/report' },
      reboot: { strategy: 'immediate', lock: { etcd, group: 'web', machines: 3 } },
    },
    0,
  );
  expect(settings('', json)).toMatchObject({
    ...{ report: 'https://u.example/report', reboot: 'immediate' },
    ...{ etcd, etcdGroup: 'web', etcdMachines: 3 },
  });
  expect(settings('etcd: off\nreport: off', json)).toMatchObject({ etcd: [], report: undefined });
});

test('what the spec’s schema accepts, the machine accepts', () => {
  const schema = JSON.parse(
    readFileSync(join(import.meta.dirname, '../../../schemas/spec.schema.json'), 'utf8'),
  ).properties.update.properties;
  const { window, lock } = schema.reboot.properties;
  const text = ({ pattern }: { pattern: string }) => fc.stringMatching(new RegExp(pattern));
  const anything = fc.record({
    ...{ url: text(schema.url), report: text(schema.report), window: text(window) },
    etcd: fc.array(text(lock.properties.etcd.items), { minLength: 1, maxLength: 9 }),
    group: text(lock.properties.group),
  });
  fc.assert(
    fc.property(anything, ({ url, report, window, etcd, group }) => {
      const reboot = { strategy: 'window', window, lock: { etcd, group, machines: 1 } } as const;
      const json = writeUpdate({ url, channel: 'stable', report, reboot }, 0);
      expect(settings('', json)).toMatchObject({ report, etcd, etcdGroup: group });
    }),
    { numRuns: 300 },
  );
});

test('the person has the last word', () => {
  const own = `---
# ours
channel: alpha   # for a while
ring: 42
interval: 30m
reboot: "manual"
etcd: http://10.0.0.1:2379, http://10.0.0.2:2379
etcd-machines: 3
`;
  expect(settings(own)).toMatchObject({
    url: 'https://u.example/os',
    channel: 'alpha',
    ring: 42,
    interval: 1800,
    reboot: 'manual',
    etcd: ['http://10.0.0.1:2379', 'http://10.0.0.2:2379'],
    etcdMachines: 3,
  });
});

test.each([
  ['chanel: alpha', 'update.yml:1: chanel is no setting'],
  ['\nring: [1]', 'update.yml:2: ring cannot be "[1]"'],
  ['channel: a\nchannel: b', 'update.yml:2: channel is there twice'],
  ['reboot:\n  strategy: manual', 'update.yml:1: not "key: value"'],
  ['url: ftp://x', 'url cannot be "ftp://x"'],
  ['url: http://x/" -o /etc/passwd', 'url cannot be'],
  ['window: tomorrow', 'no window: "tomorrow"'],
  ['report: yes', 'report cannot be "yes"'],
  ['etcd: http://a,b', 'etcd cannot be'],
])('%j is refused with its place', (own, message) => {
  expect(() => settings(own)).toThrow(message);
});

test('without a url there is nothing to follow', () => {
  expect(() => settings('', '{}')).toThrow('no url');
  expect(() => settings('reboot: window', '{"url":"https://x"}')).toThrow('no window');
});
