import { readFile } from 'node:fs/promises';
import { readKey } from 'openpgp';
import { expect, test } from 'vitest';
import { trixieKeys } from '../../src/debian/keys/trixie.ts';

test.each(trixieKeys)('$name is the key of its fingerprint, as the README has it', async (trusted) => {
  const key = await readKey({ armoredKey: trusted.armored });
  expect(key.getFingerprint().toUpperCase()).toBe(trusted.fingerprint);
  expect(key.getUserIDs()[0]?.startsWith(`${trusted.name} <`)).toBe(true);
  expect(key.isPrivate()).toBe(false);
  const readme = await readFile(new URL('../../src/debian/keys/README.md', import.meta.url), 'utf8');
  expect(readme.replaceAll(/ +/g, ' ')).toContain(`| ${trusted.name} | \`${trusted.fingerprint}\` |`);
});
