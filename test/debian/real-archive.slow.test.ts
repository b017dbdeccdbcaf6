// Debian's own archive, by the mirror that this host knows: its signatures hold, and real requests can be solved for
// both architectures. What the archive has changes; what must be true of any answer does not.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { architectures } from '../../src/base/arch.ts';
import { silentReporter } from '../../src/base/reporter.ts';
import { type Archive, loadArchive } from '../../src/debian/archive.ts';
import { packageTree } from '../../src/debian/deb.ts';
import { findMirror } from '../../src/debian/mirror.ts';
import { parseRelations } from '../../src/debian/relations.ts';
import { explainPackage, solve } from '../../src/debian/solve.ts';
import type { Mirror } from '../../src/packages/source.ts';
import type { Cache } from '../../src/store/cache.ts';
import { temporaryCache } from './support/temporary-cache.ts';

let mirror: Mirror;
let cache: Cache;
let removeCache: () => Promise<void>;

beforeAll(async () => {
  mirror = await findMirror({ environment: process.env });
  ({ cache, remove: removeCache } = await temporaryCache());
});
afterAll(() => removeCache());

describe.each(architectures)('%s', (arch) => {
  let archive: Archive;
  beforeAll(async () => {
    const common = { mirror, cache, reporter: silentReporter, offline: false };
    archive = await loadArchive({ ...common, suite: 'trixie', arch, now: new Date() });
  });

  test('the suites are signed by the keys that are shipped', () => {
    expect(archive.releases.map(({ suite }) => suite)).toEqual([
      'trixie',
      'trixie-updates',
      'trixie-security',
    ]);
    expect(archive.snapshotEpoch).toBeGreaterThan(Date.parse('2025-08-09') / 1000);
    expect(archive.packages.names().length).toBeGreaterThan(50_000);
  });

  test('a real request is solved, completely and with reasons', () => {
    const packages = ['openssh-server', 'containerd', `linux-image-cloud-${arch}`];
    const solved = solve({ packages, requester: 'example' }, archive.packages);
    const names = new Set(solved.map(({ name }) => name));
    expect(packages.filter((name) => !names.has(name))).toEqual([]);
    expect([...names]).toEqual([...names].sort());
    expect(solve({ packages, requester: 'example' }, archive.packages)).toEqual(solved);

    for (const { name, version } of solved) {
      const known = archive.packages.candidates(name).find((candidate) => candidate.version === version)!;
      for (const { text, alternatives } of parseRelations(
        `${known.preDepends}, ${known.depends}`,
        arch,
        name,
      )) {
        const met = alternatives.some(
          (wanted) =>
            names.has(wanted.name) ||
            archive.packages.providers(wanted.name).some((provider) => names.has(provider.name)),
        );
        expect(met, `${name} needs ${text}`).toBe(true);
      }
    }
    const why = (name: string) => explainPackage(solved.find((one) => one.name === name)!);
    expect(why('containerd')).toBe('example → containerd');
    expect(why('runc')).toMatch(/^example → containerd → runc \(>= /);
    expect(why('libcrypt1')).toMatch(/^example → openssh-server → libcrypt1 \(>= /);
    expect(solved.map(explainPackage).join('\n')).toMatch(
      new RegExp(
        `^example → linux-image-cloud-${arch} → linux-image-[0-9.]+\\+deb13-cloud-${arch} \\(= `,
        'm',
      ),
    );
  });

  test('`without` keeps an interpreter out', () => {
    const without = ['debconf', 'perl-base', 'ucf', 'systemd', 'libpam-runtime', 'procps'];
    const solved = solve({ packages: ['openssh-server'], without }, archive.packages);
    expect(solved.filter(({ name }) => without.includes(name))).toEqual([]);
    expect(solved.length).toBeLessThan(solve({ packages: ['openssh-server'] }, archive.packages).length);
  });

  test('a package is unpacked', async () => {
    const [base] = solve({ packages: ['base-files'], without: ['awk', 'libcrypt1'] }, archive.packages);
    const tree = await packageTree(base!, { mirror, cache, reporter: silentReporter, offline: false });
    expect(tree.get('bin')).toMatchObject({ type: 'symlink', target: 'usr/bin' });
    expect(tree.get('usr/lib/os-release')).toMatchObject({ type: 'file', mode: 0o644, uid: 0 });
  });
});
