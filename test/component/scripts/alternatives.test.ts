// What update-alternatives would do, read from postinst scripts as Debian has them; nothing that a script computes is believed.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { alternativeLinks, readAlternatives } from '../../../src/component/scripts/alternatives.ts';
import { readCommands } from '../../../src/component/scripts/shell-commands.ts';

// iptables 1.8.11-2, shortened.
const iptables = `#!/bin/sh

set -e

if [ "$1" = "configure" ] || [ "$1" = "abort-upgrade" ]; then
	update-alternatives \\
	  --install /usr/sbin/iptables iptables /usr/sbin/iptables-legacy 10 \\
	  --slave /usr/sbin/iptables-save iptables-save /usr/sbin/iptables-legacy-save
        update-alternatives \\
          --install /usr/sbin/iptables iptables /usr/sbin/iptables-nft 20 \\
          --slave /usr/sbin/iptables-save iptables-save /usr/sbin/iptables-nft-save
fi
`;
const linksOf = (script: string, lacking: readonly string[] = []) =>
  Object.fromEntries(
    [...alternativeLinks(readAlternatives(script), (path) => !lacking.includes(path))].map(([path, node]) => [
      path,
      'target' in node && node.target,
    ]),
  );

test('the highest priority wins, with its slaves', () => {
  expect(linksOf(iptables)).toEqual({
    'usr/sbin/iptables': '/etc/alternatives/iptables',
    'etc/alternatives/iptables': '/usr/sbin/iptables-nft',
    'usr/sbin/iptables-save': '/etc/alternatives/iptables-save',
    'etc/alternatives/iptables-save': '/usr/sbin/iptables-nft-save',
  });
});

test('but only of those that are there', () => {
  expect(linksOf(iptables, ['usr/sbin/iptables-nft', 'usr/sbin/iptables-legacy-save'])).toEqual({
    'usr/sbin/iptables': '/etc/alternatives/iptables',
    'etc/alternatives/iptables': '/usr/sbin/iptables-legacy',
  });
});

test.each([
  ['a variable', 'update-alternatives --install /usr/bin/x x "$dir/x" 10'],
  ['a substitution', 'update-alternatives --install /usr/bin/x x `which x` 10'],
  ['a path that leads up', 'update-alternatives --install /usr/bin/../x x /usr/bin/y 10'],
  ['a name that is a path', 'update-alternatives --install /usr/bin/x ../x /usr/bin/y 10'],
  ['a priority that is none', 'update-alternatives --install /usr/bin/x x /usr/bin/y high'],
  ['a comment', '# update-alternatives --install /usr/bin/x x /usr/bin/y 10'],
  ['a here-document', 'cat <<EOF\nupdate-alternatives --install /usr/bin/x x /usr/bin/y 10\nEOF'],
  ['a text', 'echo "update-alternatives --install /usr/bin/x x /usr/bin/y 10"'],
  ['a removal', 'update-alternatives --remove x /usr/bin/y'],
])('%s is no call that can be read', (_what, line) => {
  expect(readAlternatives(`#!/bin/sh\n${line}\n`)).toEqual([]);
});

test('a call in the middle of a line, with quotes; a slave that cannot be read leaves the rest', () => {
  const script = `case "$1" in
    configure) update-alternatives --quiet --install '/usr/bin/awk' awk "/usr/bin/mawk" 5 --slave "$man" awk.1 /m --slave /usr/bin/nawk nawk /usr/bin/mawk || true ;;
esac`;
  expect(linksOf(script)).toEqual({
    'usr/bin/awk': '/etc/alternatives/awk',
    'etc/alternatives/awk': '/usr/bin/mawk',
    'usr/bin/nawk': '/etc/alternatives/nawk',
    'etc/alternatives/nawk': '/usr/bin/mawk',
  });
});

test('any text is a list of commands, soon', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'a$"\'\\`;&|()<# \n=*'), maxLength: 2000 }), (text) => {
      for (const command of readCommands(text)) expect(command.length).toBeGreaterThan(0);
    }),
  );
  expect(readCommands('"'.repeat(200_000)).length).toBeLessThan(10);
});
