// Places one by one: what they take, and what of them is hostile.
import { expect, test } from 'vitest';
import { deadlineIn } from '../../../src/agent/provision/deadline.ts';
import { readMachineFacts } from '../../../src/agent/provision/facts.ts';
import type { Look } from '../../../src/agent/provision/source.ts';
import { oemStrings } from '../../../src/agent/provision/sources/smbios.ts';
import { lookAt } from '../../../src/agent/provision/sources/table.ts';
import { identifyVolume } from '../../../src/agent/provision/volumes/identify.ts';
import { Findings } from '../../../src/contract/document/finding.ts';
import type { UserDataSource } from '../../../src/platform/user-data.ts';
import { fatVolume, isoVolume } from '../../../src/run/metadata/volumes.ts';
import { extentsOf } from '../../support/sparse-bytes.ts';
import { type PlatformOptions, platformHost } from './platform-host.ts';

function look(source: UserDataSource, options: PlatformOptions) {
  const host = platformHost(options);
  const findings = new Findings();
  const seeker = { host, facts: readMachineFacts(host), findings, deadline: deadlineIn(host, 60) };
  return { found: lookAt(source, seeker), findings: findings.all, host };
}
const textOf = (found: Look) =>
  found && 'given' in found ? Buffer.from(found.given.userData ?? '').toString() : found;

/** SMBIOS structures, each with its strings. */
function tableOf(...structures: readonly (readonly [type: number, ...strings: string[]])[]): Uint8Array {
  return Buffer.concat(
    structures.map(([type, ...strings]) =>
      Buffer.concat([
        Buffer.from([type, 5, 0, 0, strings.length]),
        ...(strings.length === 0 ? [Buffer.from([0])] : strings.map((text) => Buffer.from(`${text}\0`))),
        Buffer.from([0]),
      ]),
    ),
  );
}
const smbios = (...strings: string[]) => ({
  files: {
    '/sys/firmware/dmi/tables/DMI': tableOf([0, 'vendor'], [32], [11, ...strings], [127]),
  },
});

test.each([
  [['other', 'catamaran.config=#cloud-config\nhostname: a'], '#cloud-config\nhostname: a'],
  [[`catamaran.config.base64=${Buffer.from('ü').toString('base64')}`], 'ü'],
  [['io.systemd.credential:catamaran.config=text'], 'text'],
  [[`io.systemd.credential.binary:catamaran.config=${Buffer.from('x').toString('base64')}`], 'x'],
  [['catamaran.config.base64=%%%'], { problem: 'catamaran.config is not of base 64', again: false }],
  [['catamaran.configuration=no'], undefined],
])('SMBIOS with %j', (strings, expected) => {
  expect(textOf(look('smbios', smbios(...strings)).found)).toEqual(expected);
});

test('structures of SMBIOS that end too early, or never', () => {
  const whole = tableOf([1, 'a', 'b'], [11, 'one', 'two'], [127]);
  expect(oemStrings(whole)).toEqual(['one', 'two']);
  for (let size = 0; size < whole.length; size++) oemStrings(whole.subarray(0, size));
  expect(oemStrings(new Uint8Array(64))).toEqual([]);
});

test.each([
  ['quiet catamaran.config=https://example.org/a?b=c', { where: 'https://example.org/a?b=c' }],
  ['catamaran.config=http://a/1 catamaran.config=http://a/2', { where: 'http://a/2' }],
  ['catamaran.config=file:///etc/shadow', { again: false, problem: expect.stringContaining('http://') }],
  ['quiet', undefined],
])('kernel arguments %j', (cmdline, expected) => {
  const { found } = look('argument', { cmdline });
  if (expected === undefined) expect(found).toBeUndefined();
  else expect(found).toMatchObject(expected);
});

const served: PlatformOptions['answer'] = (url) =>
  ({
    'http://10.0.0.1/seed/user-data': { status: 200, body: 'the text' },
    'http://10.0.0.1/seed/meta-data': { status: 200, body: 'instance-id: i-7\nlocal-hostname: there\n' },
  })[url] ?? { status: 404 };

test.each([
  [{ cmdline: 'quiet "ds=nocloud;s=http://10.0.0.1/seed/"' }, { hostname: 'there', instanceId: 'i-7' }],
  [{ dmi: { product_serial: 'ds=nocloud-net;s=http://10.0.0.1/seed/;h=here' } }, { hostname: 'here' }],
])('a seed by %j', (options, expected) => {
  const { found } = look('seed', { ...options, answer: served });
  expect(textOf(found)).toBe('the text');
  expect(found).toMatchObject({ given: expected });
});

test('a seed that names no web server, and a serial number that is one', () => {
  expect(look('seed', { cmdline: 'ds=nocloud;s=file:///x' }).found).toMatchObject({ again: false });
  expect(look('seed', { dmi: { product_serial: 'C0FFEE' } }).found).toBeUndefined();
  expect(look('seed', { cmdline: 'ds=nocloudy;s=http://10.0.0.1/' }).found).toBeUndefined();
});

const labels = [
  ['iso9660', 'config-2', isoVolume('config-2', { 'openstack/latest/meta_data.json': '{}' })],
  ['iso9660', 'CIDATA', isoVolume('CIDATA', { user_data: '' })],
  ['vfat', 'CIDATA', fatVolume('CIDATA', { 'user-data': 'x', 'meta-data': 'y' })],
] as const;
test.each(labels)('a volume of %s that is called %s', (type, label, image) => {
  const bytes = extentsOf(image);
  const read = (offset: number, size: number) =>
    offset + size > bytes.length ? undefined : bytes.subarray(offset, offset + size);
  expect(identifyVolume(read)).toEqual({ types: [type], label });
  // Cut short anywhere it is another one, or none; never an error.
  for (const cut of [0, 100, 512, 2048, 33_000, 34_900, 36_864])
    identifyVolume((offset, size) => (offset + size > cut ? undefined : read(offset, size)));
});

test('a disc that is of ISO 9660 and UDF at once, and one of UDF alone', () => {
  const disc = (...words: string[]) => {
    const bytes = Buffer.alloc(64 * 1024);
    for (const [index, word] of words.entries()) bytes.write(`\x01${word}`, (16 + index) * 2048, 'latin1');
    return (offset: number, size: number) => bytes.subarray(offset, offset + size);
  };
  expect(identifyVolume(disc('CD001', 'BEA01', 'NSR02', 'TEA01'))?.types).toEqual(['iso9660', 'udf']);
  expect(identifyVolume(disc('BEA01', 'NSR03', 'TEA01'))?.types).toEqual(['udf']);
  expect(identifyVolume(disc('BEA01', 'TEA01'))).toBeUndefined();
});

const drive = (files: Record<string, string>, links: Record<string, string> = {}): PlatformOptions => ({
  volumes: { sr0: { image: isoVolume('config-2', { 'openstack/latest/meta_data.json': '{}' }), files } },
  programs: ([name, ...words]) => {
    const target = name === 'readlink' ? links[words.at(-1)!.replace(/^.*\/volume\//, '')] : undefined;
    return target === undefined ? undefined : { status: 0, output: `${target}\n` };
  },
});

test('a link on a volume leads nowhere', () => {
  const files = { 'openstack/latest/meta_data.json': '{}', 'openstack/latest/user_data': 'secret' };
  const { found, findings } = look(
    'config-drive',
    drive(files, { 'openstack/latest/user_data': '/etc/shadow' }),
  );
  expect(textOf(found)).toBe('');
  expect(findings).toEqual([
    expect.objectContaining({
      level: 'error',
      message: 'openstack/latest/user_data is, or lies behind, a link',
    }),
  ]);
});

test('metadata that are none are told of, and the user’s data are taken all the same', () => {
  const { found, findings } = look(
    'config-drive',
    drive({ 'openstack/latest/meta_data.json': '<html>', 'openstack/latest/user_data': 'mine' }),
  );
  expect(textOf(found)).toBe('mine');
  expect(findings).toEqual([expect.objectContaining({ part: 'meta-data', message: 'is no object of JSON' })]);
});

/** In place of open-vm-tools. */
const rpctool =
  (variables: Record<string, string>): NonNullable<PlatformOptions['programs']> =>
  ([name, words]) => {
    if (name === 'which') return { status: 0, output: '/usr/bin/vmware-rpctool\n' };
    if (name !== 'vmware-rpctool') return undefined;
    const value = variables[words!.replace('info-get ', '')];
    return value === undefined
      ? { status: 1, output: 'No value found\n' }
      : { status: 0, output: `${value}\n` };
  };
const packed = (text: string) => Buffer.from(text).toString('base64');

test.each<[string, Record<string, string>, object]>([
  [
    'cloud-init’s',
    {
      'guestinfo.userdata': packed('mine'),
      'guestinfo.userdata.encoding': 'base64',
      'guestinfo.metadata': packed('instance-id: i-1\nlocal-hostname: vm\n'),
      'guestinfo.metadata.encoding': 'b64',
    },
    { hostname: 'vm', instanceId: 'i-1' },
  ],
  ['bare', { 'guestinfo.userdata': packed('mine'), 'guestinfo.hostname': 'vm' }, { hostname: 'vm' }],
  [
    'Ignition’s',
    {
      'guestinfo.ignition.config.data': packed('mine') + ''.padEnd(0),
      'guestinfo.ignition.config.data.encoding': 'base64',
    },
    {},
  ],
  [
    'RancherOS’s',
    {
      'guestinfo.cloud-init.config.data': packed('mine'),
      'guestinfo.cloud-init.data.encoding': 'base64',
      'guestinfo.interface.0.name': 'eth0',
      'guestinfo.interface.0.ip.0.address': '192.0.2.7/24',
      'guestinfo.interface.0.route.0.gateway': '192.0.2.1',
      'guestinfo.dns.server.0': '192.0.2.53',
    },
    {
      network: {
        interfaces: [
          expect.objectContaining({
            name: 'eth0',
            addresses: ['192.0.2.7/24'],
            routes: [{ to: '0.0.0.0/0', via: '192.0.2.1' }],
          }),
        ],
        dns: { servers: ['192.0.2.53'], search: [] },
      },
    },
  ],
  [
    'a vApp’s',
    {
      'guestinfo.ovfEnv': `<Environment xmlns:oe="o"><PropertySection><Property oe:key="user-data" oe:value="${packed('mine')}"/>
<Property oe:key="hostname" oe:value="vm&#45;1"/></PropertySection></Environment>`,
    },
    { hostname: 'vm-1' },
  ],
])('guestinfo, %s', (_, variables, expected) => {
  const { found, findings } = look('guestinfo', { programs: rpctool(variables) });
  expect(findings).toEqual([]);
  expect(textOf(found)).toBe('mine');
  expect(found).toMatchObject({ given: expected });
});

test('guestinfo as plain text', () => {
  const { found } = look('guestinfo', { programs: rpctool({ 'guestinfo.userdata': '#!/bin/sh' }) });
  expect(textOf(found)).toBe('#!/bin/sh');
});

test('guestinfo of an encoding that it has not', () => {
  const variables = { 'guestinfo.userdata': '!!', 'guestinfo.userdata.encoding': 'gzip+base64' };
  const { found, findings } = look('guestinfo', { programs: rpctool(variables) });
  expect(textOf(found)).toBe('');
  expect(findings).toEqual([
    expect.objectContaining({ pointer: 'guestinfo.userdata', message: 'is not of base 64' }),
  ]);
});

test('Hyper-V’s pool', () => {
  const record = (key: string, value: string) => {
    const bytes = Buffer.alloc(2560);
    bytes.write(key);
    bytes.write(value, 512);
    return bytes;
  };
  const pool = Buffer.concat([record('other', 'no'), record('userdata', 'mine'), Buffer.alloc(100)]);
  expect(textOf(look('kvp', { files: { '/var/lib/hyperv/.kvp_pool_0': pool } }).found)).toBe('mine');
});
