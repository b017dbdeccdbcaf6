import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isInterface, isSource, parsePorts, writeFirewall } from '../../src/contract/firewall.ts';
import { firewalls } from './support/firewalls.ts';

test.each(Object.entries(firewalls))('the rules of %s are these, to the byte', async (name, firewall) => {
  const golden = join(import.meta.dirname, 'fixtures/firewall', `${name}.conf`);
  await expect(writeFirewall(firewall)).toMatchFileSnapshot(golden);
});

test('the rules that component:nftables has of its own let in SSH, and answer ping', () => {
  const own = resolve(import.meta.dirname, '../../components/nftables/rootfs/etc/nftables.conf');
  expect(readFileSync(own, 'utf8')).toBe(writeFirewall(firewalls.ssh!));
});

test('a port or a range, with its protocol', () => {
  const port = fc.integer({ min: 1, max: 65535 });
  fc.assert(
    fc.property(port, port, fc.constantFrom('tcp' as const, 'udp' as const), (one, other, protocol) => {
      const [first, last] = [Math.min(one, other), Math.max(one, other)];
      expect(parsePorts(`${first}-${last}/${protocol}`)).toEqual({ protocol, first, last });
      expect(parsePorts(`${one}/${protocol}`)).toEqual({ protocol, first: one, last: one });
      if (first < last) expect(parsePorts(`${last}-${first}/${protocol}`)).toBeUndefined();
    }),
  );
  for (const text of ['22', '0/tcp', '65536/tcp', '1-/tcp', 'ssh/tcp', '22/TCP', '22/tcp\n', '22/icmp'])
    expect(parsePorts(text), text).toBeUndefined();
});

test('where it comes from: an address or a network, by numbers that nft reads as people do', () => {
  for (const text of ['192.0.2.7', '10.0.0.0/8', '0.0.0.0/0', '2001:db8::/32', '::1', '2001:0db8::01/64'])
    expect(isSource(text), text).toBe(true);
  for (const text of ['', '10.0.0.0/33', '::/129', '10.0.0', '010.0.0.1', '10.0.0.01', '10.0.0.0/08', 'host'])
    expect(isSource(text), text).toBe(false);
});

test('which card: its name, or how several begin, as long as the kernel has them', () => {
  for (const text of ['eth1', 'podman*', 'br-0123456789ab']) expect(isInterface(text), text).toBe(true);
  for (const text of ['', '*', 'a b', 'a"', '*a', 'br-0123456789abc', 'br-0123456789ab*'])
    expect(isInterface(text), text).toBe(false);
});
