// The two files of settings: the image's, and over it the person's.
import { expect, test } from 'vitest';
import { readSettings } from '../../../src/agent/update/settings.ts';
import { printUpdate } from '../../../src/image/update-file.ts';
import { memoryHost } from '../memory-host.ts';

const reboot = { strategy: 'window', window: 'Sun 03:00/2h' } as const;
const image = printUpdate({ url: 'https://u.example/os/', channel: 'beta', reboot }, 1_700_000_000);
const settings = (own: string, json = image) =>
  readSettings(memoryHost({ '/usr/lib/catamaran/update.json': json, '/etc/catamaran/update.yml': own }));

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
    ca: undefined,
    notBefore: 1_700_000_000,
  });
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
])('%j is refused with its place', (own, message) => {
  expect(() => settings(own)).toThrow(message);
});

test('without a url there is nothing to follow', () => {
  expect(() => settings('', '{}')).toThrow('no url');
  expect(() => settings('reboot: window', '{"url":"https://x"}')).toThrow('no window');
});
