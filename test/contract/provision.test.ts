// The report of provisioning: as it is written it is read, by this version and by a later one's writer.
import { expect, test } from 'vitest';
import {
  describeDegraded,
  type ProvisionReport,
  readProvisionReport,
  writeProvisionReport,
} from '../../src/contract/provision.ts';

const report: ProvisionReport = {
  platform: 'openstack',
  by: 'dmi',
  instance: 'openstack/1234',
  newInstance: 'yes',
  userData: { source: 'config-drive', where: '/dev/sr0', digest: '0123456789abcdef'.repeat(4) },
  sources: { 'config-drive': '/dev/sr0' },
  passes: ['local', 'network'],
  applied: [{ what: 'hostname', message: 'web' }],
  ignored: [{ what: 'user-data, line 3 packages', message: 'has no meaning here', hint: 'Remove it.' }],
  failed: [],
};

test('as it is written it is read', () => {
  expect(readProvisionReport(writeProvisionReport(report))).toEqual(report);
  expect(JSON.parse(writeProvisionReport(report)).format).toBe(1);
});

test('what a later one says beside it is passed over, a later form is refused', () => {
  const later = { ...JSON.parse(writeProvisionReport(report)), more: [1] };
  expect(readProvisionReport(JSON.stringify(later))).toEqual(report);
  expect(() => readProvisionReport(JSON.stringify({ ...later, format: 2 }))).toThrow('format 2');
  expect(() => readProvisionReport(JSON.stringify({ ...later, failed: 'no' }))).toThrow('failed');
});

test('a machine is degraded where anything failed, by the first reason', () => {
  const line = { what: 'ec2', message: 'HTTP 500' };
  expect(describeDegraded(report)).toBeUndefined();
  expect(describeDegraded({ ...report, failed: [line] })).toBe('provisioning failed in part: ec2: HTTP 500');
  expect(describeDegraded({ ...report, failed: [line, line] })).toBe(
    'provisioning failed in part: ec2: HTTP 500, and 1 more: catamaran-agent provision --show',
  );
});
