// Fixtures that are bent, cut and mixed: whatever comes out of it is read without a throw, in bounded time, and to findings
// that have a place. CATAMARAN_FUZZ=100000 makes it a campaign.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Findings } from '../../../src/contract/document/finding.ts';
import { readGuestinfoNetwork } from '../../../src/contract/network/guestinfo.ts';
import { readKernelNetwork } from '../../../src/contract/network/kernel-arguments.ts';
import { readNetworkData } from '../../../src/contract/network/openstack.ts';
import { readUserData } from '../../../src/contract/user-data/read.ts';

const count = Number(process.env.CATAMARAN_FUZZ ?? 400);
const fixtures = readdirSync(join(import.meta.dirname, 'fixtures'))
  .sort()
  .filter((name) => name !== 'bad-bomb.yml')
  .map((name) => readFileSync(join(import.meta.dirname, 'fixtures', name)));

/** xorshift32: the same inputs in each run. */
function makeRandom(seed: number) {
  let state = seed;
  return (below: number): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

const spice = [
  '\0',
  '\xff',
  '{',
  '}',
  '[',
  ']',
  '&a ',
  '*a',
  '<<: ',
  '- ',
  ': ',
  '"',
  "'",
  '|\n',
  '\t',
  '\r',
  '%',
  '!!binary ',
  '!!set ',
  '!!omap ',
  '? ',
  '---\n',
  '__proto__: 1\n',
  'constructor',
  '\u2028',
  '=',
  '--',
  'null',
  '1e999',
  '~',
];

function mutate(random: (below: number) => number): Uint8Array {
  let bytes = Buffer.from(fixtures[random(fixtures.length)]!);
  for (let times = 1 + random(4); times > 0; times--) {
    const at = random(bytes.length + 1);
    const to = Math.min(bytes.length, at + random(20));
    const other = fixtures[random(fixtures.length)]!;
    const from = random(other.length + 1);
    const kinds = [
      () => Buffer.concat([bytes.subarray(0, at), bytes.subarray(to)]),
      () => bytes.subarray(0, at),
      () =>
        Buffer.concat([
          bytes.subarray(0, at),
          Buffer.from(spice[random(spice.length)]!, 'latin1'),
          bytes.subarray(at),
        ]),
      () =>
        Buffer.concat([bytes.subarray(0, at), other.subarray(from, from + random(200)), bytes.subarray(at)]),
      () => Buffer.concat([bytes.subarray(0, to), bytes.subarray(at)]),
      () => {
        const copy = Buffer.from(bytes);
        if (at < copy.length) copy[at] = random(256);
        return copy;
      },
    ];
    bytes = Buffer.from(kinds[random(kinds.length)]!());
  }
  return bytes;
}

test(`${count} mutations of fixtures`, { timeout: 3_600_000 }, () => {
  const random = makeRandom(Number(process.env.CATAMARAN_FUZZ_SEED ?? 20_260_101));
  for (let index = 0; index < count; index++) {
    const bytes = mutate(random);
    const { findings, config } = readUserData(bytes);
    const place = findings.find(({ line, message }) => !(line >= 1) || message.startsWith('cannot be read'));
    expect(place, Buffer.from(bytes).toString('latin1')).toBeUndefined();
    const stray = [...config.files, ...config.links, ...config.directories].find(
      ({ path }) =>
        !/^\/(etc|home|opt|root|run|srv|tmp|usr\/local|var)\//.test(path) || /(^|\/)\.\.?(\/|$)/.test(path),
    );
    expect(stray).toBeUndefined();
  }
});

test(`${count} mutations of networks`, { timeout: 3_600_000 }, () => {
  const random = makeRandom(7);
  const lines = [
    'ip=192.0.2.7::192.0.2.1:255.255.255.0:web:eth0:none:192.0.2.53',
    'ip=[2001:db8::7]::[2001:db8::1]:64::eth0:none vlan=eth0.7:eth0',
    'bond=bond0:eth0,eth1:mode=1:9000 rd.route=10.0.0.0/8:192.0.2.1:eth0 nameserver=[::1]',
  ];
  const data =
    '{"links":[{"id":"a","type":"ovs","ethernet_mac_address":"fa:16:3e:00:00:01"}],"networks":[{"link":"a","type":"ipv4","ip_address":"192.0.2.7","netmask":"24","routes":[{"network":"0.0.0.0","netmask":"0.0.0.0","gateway":"192.0.2.1"}]}]}';
  const metadata =
    'network: {version: 2, ethernets: {a: {addresses: [192.0.2.7/24], match: {name: "e*"}}}}\n';
  const bend = (text: string) => {
    const [at, drop] = [random(text.length), random(6)];
    return `${text.slice(0, at)}${random(2) ? spice[random(spice.length)] : ''}${text.slice(at + drop)}`;
  };
  for (let index = 0; index < count; index++) {
    const findings = new Findings();
    readKernelNetwork(bend(bend(lines[random(lines.length)]!)), findings);
    readNetworkData(bend(data), 'network_data.json', findings);
    readGuestinfoNetwork(bend(metadata), 'metadata', findings);
    expect(findings.all.every(({ line }) => line >= 1)).toBe(true);
  }
});
