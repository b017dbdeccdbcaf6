// The envelope, held by libxml2 against a grammar of our own of the standard that it follows.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeOvf, type Hypervisor } from '../../../src/output/cloud/ovf.ts';
import { hostTools } from '../../support/tools.ts';

const grammar = join(import.meta.dirname, 'ovf-envelope.rng');

let room: string;
beforeAll(async () => {
  room = await mkdtemp(join(tmpdir(), 'catamaran-ovf-'));
});
afterAll(() => rm(room, { recursive: true }));

const envelope = (hypervisor: Hypervisor, firmware: 'bios' | 'efi' = 'efi') =>
  describeOvf({
    ...{ name: 'light-house-1.4.0', product: 'Light <"House">', vendor: 'a & b', version: '1.4.0' },
    ...{ firmware, hypervisor, processors: 2, memory: 2048 },
    disk: { file: 'light-house-disk1.vmdk', size: 1234, capacity: 2 ** 33 },
  });

/** What xmllint says of it. */
async function verdictOf(xml: string): Promise<string> {
  const path = join(room, 'envelope.ovf');
  await writeFile(path, xml);
  const tools = await hostTools(['tools-deploy']);
  const { stderr } = await tools.run('xmllint', ['--noout', '--relaxng', grammar, path], { accept: [0, 3] });
  return stderr;
}

test.each([
  ['vsphere', 'efi'],
  ['vsphere', 'bios'],
  ['virtualbox', 'efi'],
] as const)('%s by %s is a valid envelope', async (hypervisor, firmware) => {
  expect(await verdictOf(envelope(hypervisor, firmware))).toMatch(/ validates\n$/);
});

test.each([
  ['a size that is no number', /ovf:size="\d+"/, 'ovf:size="1 GiB"'],
  ['an attribute without its namespace', 'ovf:href', 'href'],
  ['a section without its information', '<Info>Virtual hardware</Info>', ''],
  ['a disk without an id', / ovf:diskId="\w+"/, ''],
  ['elements of an item in another order', /(<rasd:ElementName>.*?>)\s*(<rasd:InstanceID>.*?>)/, '$2$1'],
  ['an item of no type', /<rasd:ResourceType>.*?>/, ''],
  [
    'a section that does not begin with its information',
    /(<ProductSection>)(\s*)(<Info>.*?>)/,
    '$1$2<Label>x</Label>$3',
  ],
] as const)('%s is not', async (_, from, to) => {
  const whole = envelope('vsphere');
  const bent = whole.replace(from, to);
  expect(bent).not.toBe(whole);
  expect(await verdictOf(bent)).toMatch(/ fails to validate\n$/);
});
