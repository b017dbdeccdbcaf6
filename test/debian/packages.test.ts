import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { makeTable, openTable } from '../../src/debian/packages.ts';

async function tableOf(text: string, chunkSize = 7) {
  const bytes = Buffer.from(text);
  async function* chunks() {
    for (let at = 0; at < bytes.length; at += chunkSize) yield bytes.subarray(at, at + chunkSize);
  }
  return openTable(await makeTable(chunks(), 'the index'), 'main', 'the index');
}

const sha256 = 'ab'.repeat(32);
const stanza = (name: string, more = '', version = '1.0-1') =>
  `Package: ${name}\nVersion: ${version}\nArchitecture: amd64\n${more}Description: größer\n folded: line\n .\nFilename: pool/${name}.deb\nSize: 12\nSHA256: ${sha256}\n`;

describe('the table of a Packages index', () => {
  test('has all that the solver needs', async () => {
    const more =
      'Source: whole (2.0)\nInstalled-Size: 7\nEssential: yes\nMulti-Arch: same\nPre-Depends: p\nDepends: a,\n b (>= 1)\nProvides: v (= 2), w\nConflicts: c\nBreaks: d\nRecommends: r\n';
    const table = await tableOf(`${stanza('part', more)}\n${stanza('plain')}`);
    expect(table.find('part')).toEqual([
      {
        name: 'part',
        version: '1.0-1',
        arch: 'amd64',
        pocket: 'main',
        path: 'pool/part.deb',
        digest: `sha256:${sha256}`,
        size: 12,
        source: 'whole',
        installedSize: 7,
        essential: true,
        multiArch: 'same',
        preDepends: 'p',
        depends: 'a, b (>= 1)',
        provides: 'v (= 2), w',
        conflicts: 'c',
        breaks: 'd',
      },
    ]);
    expect(table.find('plain')[0]).toMatchObject({ source: 'plain', essential: false, depends: '' });
    expect(table.providersOf('v')).toEqual(['part']);
    expect(table.providersOf('w')).toEqual(['part']);
  });

  test('finds every name, and no other, however the index is cut into chunks', async () => {
    const name = fc.stringMatching(/^[a-c][a-c+.-]{1,3}$/);
    const names = fc.uniqueArray(name, { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(
        names,
        fc.array(name),
        fc.integer({ min: 1, max: 200 }),
        async (present, asked, size) => {
          const text = present.map((one) => stanza(one, `Provides: v-${one}, shared\n`)).join('\n');
          const table = await tableOf(text, size);
          expect(table.names()).toEqual([...present].sort());
          for (const one of [...present, ...asked, '', 'a', 'zz']) {
            const found = table.find(one).map((known) => known.name);
            expect(found).toEqual(present.includes(one) ? [one] : []);
            expect(table.providersOf(`v-${one}`)).toEqual(present.includes(one) ? [one] : []);
          }
          expect(table.providersOf('shared')).toEqual([...present].sort());
        },
      ),
    );
  });

  test('keeps several versions of one name', async () => {
    const table = await tableOf(
      `${stanza('a')}\n${stanza('b', '', '2')}\n\n${stanza('b', '', '1')}\n${stanza('b-c')}`,
    );
    expect(table.find('b').map(({ version }) => version)).toEqual(['2', '1']);
  });

  test('an empty index is an empty table', async () => {
    const table = await tableOf('');
    expect([table.names(), table.find('a'), table.providersOf('a')]).toEqual([[], [], []]);
  });

  const damaged: Record<string, string> = {
    'a missing field': stanza('a').replace(/^SHA256.*\n/m, ''),
    'a line without a colon': stanza('a').replace('Version: ', 'Version '),
    'a path that climbs': stanza('a').replace('pool/', '../../'),
    'an absolute path': stanza('a').replace('pool/', '/pool/'),
    'a path with a query': stanza('a').replace('pool/', 'pool/?x='),
    'a size that is none': stanza('a').replace('Size: 12', 'Size: -1'),
    'a digest that is none': stanza('a').replace(sha256, 'abc'),
    'another architecture': stanza('a').replace('amd64', 's390x'),
  };
  test.each(Object.entries(damaged))('%s is refused', async (_, text) => {
    const reading = tableOf(text).then((table) => table.find('a'));
    await expect(reading).rejects.toMatchObject({ fault: 'integrity' });
  });
});
