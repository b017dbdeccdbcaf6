// The rules, read by Debian's nft.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { writeFirewall } from '../../src/contract/firewall.ts';
import { freshDirectory } from '../component/support.ts';
import { hostTools } from '../support/tools.ts';
import { firewalls } from './support/firewalls.ts';

/** In a network namespace and as a root of its own. The exit code, and what it said. */
async function check(rules: string) {
  const tools = await hostTools(['tools-nft']);
  const path = join(await freshDirectory(), 'nftables.conf');
  await writeFile(path, rules);
  const { file, args, env } = await tools.command('nft', ['-c', '-f', path]);
  return tools.run('unshare', ['--map-root-user', '--net', file, ...args], { env, accept: [0, 1] });
}

test.each(Object.entries(firewalls))('nft takes the rules of %s', async (_name, firewall) => {
  expect(await check(writeFirewall(firewall))).toMatchObject({ exitCode: 0, stderr: '' });
});

test('and none in which it would not find what is meant', async () => {
  const rules = writeFirewall(firewalls.ssh!).replace('tcp dport', 'tcp port');
  expect(await check(rules)).toMatchObject({ exitCode: 1 });
});
