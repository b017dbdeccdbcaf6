import { expect, test } from 'vitest';
import { detectPlatform } from '../../src/platform/detect.ts';
import type { Dmi } from '../../src/platform/platform.ts';

const detect = (dmi: Dmi, labels: readonly string[] = [], cmdline = 'quiet') =>
  detectPlatform({ dmi, labels, cmdline });

test.each<[string, Dmi, string]>([
  ['EC2 on Xen', { sys_vendor: 'Xen', product_name: 'HVM domU', bios_version: '4.11.amazon' }, 'aws'],
  [
    'a hypervisor of Microsoft that is not Azure',
    { sys_vendor: 'Microsoft Corporation', product_name: 'Virtual Machine', chassis_asset_tag: 'None' },
    'hyperv',
  ],
  ['a laptop of Microsoft', { sys_vendor: 'Microsoft Corporation', product_name: 'Surface' }, 'metal'],
  ['OpenStack on ESXi', { sys_vendor: 'VMware, Inc.', chassis_asset_tag: 'SAP CCloud VM' }, 'openstack'],
  ['an older Linode', { sys_vendor: 'Linode' }, 'akamai'],
  [
    'KVM of Oracle',
    { sys_vendor: 'QEMU', product_name: 'Standard PC', chassis_asset_tag: 'OracleCloud.com' },
    'oracle',
  ],
  ['a server', { sys_vendor: 'Dell Inc.', product_name: 'PowerEdge R640' }, 'metal'],
  ['a board without DMI', {}, 'metal'],
])('%s', (_, dmi, expected) => {
  expect(detect(dmi).name).toBe(expected);
});

test('a config drive says OpenStack on what others build on, and not on a cloud that has one too', () => {
  expect(detect({ sys_vendor: 'QEMU' }, ['data', 'config-2'])).toEqual({ name: 'openstack', by: 'label' });
  expect(detect({ sys_vendor: 'VMware, Inc.' }, ['CONFIG-2']).name).toBe('openstack');
  expect(detect({ sys_vendor: 'Dell Inc.' }, ['config-2']).name).toBe('openstack');
  expect(detect({ sys_vendor: 'DigitalOcean' }, ['config-2']).name).toBe('digitalocean');
  expect(detect({ sys_vendor: 'QEMU' }, ['cidata'])).toEqual({ name: 'qemu', by: 'dmi' });
});

test('the last kernel argument has the last word; one that names no platform is told and passed over', () => {
  const cmdline = 'catamaran.platform=aws quiet catamaran.platform=proxmox xcatamaran.platform=gcp';
  expect(detect({ sys_vendor: 'QEMU' }, [], cmdline)).toEqual({ name: 'proxmox', by: 'argument' });
  expect(detect({ sys_vendor: 'QEMU' }, [], 'catamaran.platform=constructor')).toEqual({
    name: 'qemu',
    by: 'dmi',
    unknown: 'constructor',
  });
  expect(detect({}, [], 'catamaran.platform=')).toEqual({ name: 'metal', by: 'nothing', unknown: '' });
});
