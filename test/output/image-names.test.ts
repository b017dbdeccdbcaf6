import { beforeAll, expect, test } from 'vitest';
import { silentReporter } from '../../src/base/reporter.ts';
import type { FormatName } from '../../src/output/formats.ts';
import { sayImageNames } from '../../src/output/image-names.ts';
import { planBuild } from '../../src/output/plan.ts';
import { lockedSpec, minimalSpec } from './support.ts';

let minimal: string;
beforeAll(async () => {
  minimal = await minimalSpec();
});

async function saidOf(os: string, formats: readonly FormatName[]): Promise<string[]> {
  const locked = await lockedSpec(minimal.replace(/^os: .*/m, `os: ${os}`));
  const said: string[] = [];
  sayImageNames(planBuild(locked, formats), {
    ...silentReporter,
    info: (message) => {
      said.push(message);
    },
  });
  return said;
}

test('a name that Compute Engine forbids is said, with the one that the image has there, once', async () => {
  const os = '{id: light-house, version: 1.4.0}';
  expect(await saidOf(os, ['gce', 'gcp', 'qcow2', 'aws', 'azure', 'openstack', 'vsphere', 'vhdx'])).toEqual([
    'gce: Google Compute Engine takes no image called light-house-1.4.0-amd64: there it is light-house-1-4-0-amd64',
  ]);
});

test('of a name that every platform takes nothing is said', async () => {
  expect(await saidOf('{id: tiny, version: "3"}', ['gce', 'aws', 'azure', 'openstack'])).toEqual([]);
});
