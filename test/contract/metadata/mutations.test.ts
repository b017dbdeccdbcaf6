// Every form of metadata, and what is read of firmware, volumes and services, with what is bent, cut and mixed: none throws,
// and what comes out of it has the form that it must have. CATAMARAN_FUZZ=100000 makes it a campaign.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { oemStrings } from '../../../src/agent/provision/sources/smbios.ts';
import { identifyVolume } from '../../../src/agent/provision/volumes/identify.ts';
import { Findings } from '../../../src/contract/document/finding.ts';
import { hostname, sshKey } from '../../../src/contract/document/shape/forms.ts';
import type { Given } from '../../../src/contract/metadata/metadata.ts';
import { metadataForms } from '../../../src/contract/metadata/table.ts';
import { firstVariables, moreVariables, readVariables } from '../../../src/contract/metadata/variables.ts';
import { readProvisionReport } from '../../../src/contract/provision.ts';
import { configOf, emptyConfig, mergeConfigs } from '../../../src/contract/user-data/merge-configs.ts';
import type { DocumentRole, MetadataForm } from '../../../src/platform/user-data.ts';
import { fatVolume, isoVolume } from '../../../src/run/metadata/volumes.ts';
import { extentsOf } from '../../support/sparse-bytes.ts';

const numRuns = Number(process.env.CATAMARAN_FUZZ ?? 300);
const timeout = 3_600_000;
const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGk3 a@b';

/** Documents as platforms write them, of which mutants are made. */
const seeds = [
  `{"uuid":"i-1","hostname":"web.novalocal","public_keys":{"a":"${key}"},"keys":[{"type":"ssh","data":"${key}"}]}`,
  `{"compute":{"osProfile":{"computerName":"web"},"publicKeys":[{"keyData":"${key}"}],"userData":"I2Nsb3Vk"}}`,
  `{"user-data":"#cloud-config","ssh-keys":"me:${key}","block-project-ssh-keys":"TRUE","user-data-encoding":"base64"}`,
  `{"id":"ocid1.x","hostname":"web","metadata":{"ssh_authorized_keys":"${key}","user_data":"I2Nsb3Vk"}}`,
  `{"droplet_id":12,"hostname":"web","public_keys":["${key}"],"user_data":"#!/bin/sh","users":{"root":["${key}"]}}`,
  `instance-id: i-1\nlocal-hostname: web\npublic-keys:\n  - ${key}\nnetwork-config:\n  version: 1\n  config: []\n`,
  'version: 2\nethernets:\n  eth0: {dhcp4: true, addresses: [192.0.2.7/24]}\n',
  `<Environment xmlns:wa="x"><wa:ProvisioningSection><LinuxProvisioningConfigurationSet xmlns="y"><HostName>web</HostName>
<CustomData>I2Nsb3Vk</CustomData><SSH><PublicKeys><PublicKey><Value>${key}</Value></PublicKey></PublicKeys></SSH></LinuxProvisioningConfigurationSet></wa:ProvisioningSection></Environment>`,
  '<Environment xmlns:oe="o"><PropertySection><Property oe:key="user-data" oe:value="I2Nsb3Vk"/><Property oe:key="hostname" oe:value="w&#45;1"/></PropertySection></Environment>',
  '{"links":[{"id":"a","ethernet_mac_address":"fa:16:3e:00:00:01"}],"networks":[{"link":"a","type":"ipv4_dhcp"}]}',
  `${key}\n`,
  'web-1.internal',
];
const pieces = fc.constantFrom(
  '\0',
  '"',
  '{',
  '[',
  '<',
  '&#x41;',
  '&',
  '\\u0000',
  ':',
  '\n- ',
  'null',
  '1e999',
  '__proto__',
  '../',
  '\ud800',
);

/** A seed with parts cut out, said twice, or replaced. */
const mutant = fc
  .tuple(
    fc.constantFrom(...seeds),
    fc.array(fc.tuple(fc.nat(600), fc.nat(30), fc.oneof(pieces, fc.string({ maxLength: 8 }))), {
      maxLength: 4,
    }),
  )
  .map(([seed, changes]) =>
    changes.reduce((text, [at, drop, put]) => text.slice(0, at) + put + text.slice(at + drop), seed),
  );
const document = fc.oneof(
  { weight: 5, arbitrary: mutant.map((text) => Buffer.from(text)) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 300 }) },
);
const roles: readonly DocumentRole[] = [
  ...([
    'user-data',
    'vendor-data',
    'meta-data',
    'network',
    'hostname',
    'instance-id',
    'keys',
    'more-keys',
  ] as const),
];

function requireSound(given: Given): void {
  const { hostname: name, instanceId, sshKeys = [], userData } = given;
  if (name !== undefined) expect(name).toMatch(hostname.pattern);
  if (instanceId !== undefined) expect(instanceId).toMatch(/^[!-~]{1,200}$/);
  for (const each of sshKeys) expect(each).toMatch(sshKey.pattern);
  if (userData !== undefined) expect(userData).toBeInstanceOf(Uint8Array);
  const merged = mergeConfigs(configOf(given), emptyConfig());
  expect(merged.sshKeys).toEqual(sshKeys);
}

test.each(Object.keys(metadataForms) as MetadataForm[])('%s', { timeout }, (form) => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.constantFrom(...roles), document), { maxLength: 5 }), (documents) => {
      requireSound(metadataForms[form].read(new Map(documents), new Findings()));
    }),
    { numRuns },
  );
});

test('guestinfo', { timeout }, () => {
  const all = [...firstVariables(), ...moreVariables(new Map([['guestinfo.interface.0.name', 'eth0']]))];
  const value = fc.oneof(
    mutant,
    fc.constantFrom('base64', 'gzip+base64', 'b64', 'yes', 'eth0', '192.0.2.7/24', '::1'),
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.constantFrom(...all), value), { maxLength: 8 }), (variables) => {
      requireSound(readVariables(new Map(variables), new Findings()));
    }),
    { numRuns },
  );
});

test('SMBIOS and volumes', { timeout }, () => {
  const images = [
    Buffer.from('\x0b\x05\x00\x00\x01catamaran.config=x\0\0\x7f\x04\x00\x00\0\0', 'latin1'),
    extentsOf(isoVolume('config-2', { a: 'x' })),
    extentsOf(fatVolume('CIDATA', { 'user-data': 'x' })),
  ];
  const change = fc.tuple(fc.oneof(fc.nat(600), fc.integer({ min: 32_768, max: 38_000 })), fc.nat(255));
  fc.assert(
    fc.property(fc.constantFrom(...images), fc.array(change, { maxLength: 6 }), (image, changes) => {
      const bytes = Uint8Array.from(image);
      for (const [at, byte] of changes) if (at < bytes.length) bytes[at] = byte;
      oemStrings(bytes.subarray(0, 4096));
      const found = identifyVolume((offset, size) =>
        offset + size > bytes.length ? undefined : bytes.subarray(offset, offset + size),
      );
      expect(found === undefined || found.types.length > 0).toBe(true);
    }),
    { numRuns },
  );
});

test('a report that is none is refused, and never more than that', { timeout }, () => {
  const whole = JSON.stringify({
    ...{
      format: 1,
      platform: 'aws',
      by: 'dmi',
      newInstance: 'yes',
      sources: { ec2: 'x' },
      passes: ['local'],
    },
    ...{
      applied: [{ what: 'a', message: 'b' }],
      ignored: [],
      failed: [{ what: 'c', message: 'd', hint: 'e' }],
    },
  });
  expect(readProvisionReport(whole).failed).toEqual([{ what: 'c', message: 'd', hint: 'e' }]);
  fc.assert(
    fc.property(
      fc.nat(whole.length),
      fc.nat(10),
      fc.oneof(pieces, fc.string({ maxLength: 4 })),
      (at, drop, put) => {
        try {
          readProvisionReport(whole.slice(0, at) + put + whole.slice(at + drop));
        } catch (thrown) {
          expect((thrown as { diagnostics: { code: string }[] }).diagnostics[0]!.code).toMatch(/^document-/);
        }
      },
    ),
    { numRuns },
  );
});
