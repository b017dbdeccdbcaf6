import { expect, test } from 'vitest';
import { mapImageName } from '../../src/platform/image-name.ts';
import { type PlatformName, platforms } from '../../src/platform/table.ts';

test.each<[PlatformName, string, string]>([
  ['gcp', 'lighthouse-1.4.0+build_7', 'lighthouse-1-4-0-build-7'],
  ['gcp', '4lights', 'image-4lights'],
  ['gcp', 'Lighthouse', 'lighthouse'],
  ['azure', 'lighthouse 1.4.0.', 'lighthouse-1.4.0'],
  ['aws', 'lighthouse 1.4.0 (amd64)', 'lighthouse 1.4.0 (amd64)'],
  ['openstack', 'Leuchtturm süd', 'Leuchtturm süd'],
  ['vsphere', 'a/b', 'a-b'],
  ['qemu', '…', 'image'],
])('%s: %s', (name, text, expected) => {
  expect(mapImageName(platforms[name].imageName, text)).toBe(expected);
});
