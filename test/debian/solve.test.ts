import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CatamaranError } from '../../src/base/errors.ts';
import type { PackageIndex } from '../../src/debian/index.ts';
import { explainPackage, solve } from '../../src/debian/solve.ts';
import type { PackageRequest } from '../../src/packages/source.ts';
import { indexOf, tinyIndex, tinyPackage } from './support/tiny-index.ts';

const solved = (index: PackageIndex, packages: string[], more: Partial<PackageRequest> = {}) =>
  solve({ packages, ...more }, index).map(({ name, version }) => `${name} ${version}`);

function failure(index: PackageIndex, packages: string[], more: Partial<PackageRequest> = {}) {
  try {
    solve({ packages, ...more }, index);
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(CatamaranError);
    const { fault, diagnostics } = thrown as CatamaranError;
    expect(fault).toBe('spec');
    return diagnostics[0];
  }
  throw new Error('it was solved');
}

const ssh = tinyIndex(`
  openssh-server 10: Depends libc6 (>= 2), debconf (>= 0.5) | debconf-2.0, mail-agent; Pre-Depends init
  libc6 2.41: Depends libgcc
  libgcc 14
  init 1: Depends libc6
  debconf 1.5: Provides debconf-2.0
  cdebconf 0.2: Provides debconf-2.0
  exim 4: Provides mail-agent
  postfix 3: Provides mail-agent; Conflicts mail-agent
  foo 1
  foo 2
`);

describe('what is taken', () => {
  test('Pre-Depends and Depends, alternatives in order, providers by name', () => {
    expect(solved(ssh, ['openssh-server'])).toEqual([
      'debconf 1.5',
      'exim 4',
      'init 1',
      'libc6 2.41',
      'libgcc 14',
      'openssh-server 10',
    ]);
  });

  test('what is chosen already is preferred to the first alternative', () => {
    expect(solved(ssh, ['cdebconf', 'postfix', 'openssh-server'])).toEqual(
      expect.arrayContaining(['cdebconf 0.2', 'postfix 3']),
    );
    const index = tinyIndex('a 1: Depends x | y\nb 1: Depends y\nx 1\ny 1');
    expect(solved(index, ['y', 'a'])).toEqual(['a 1', 'y 1']);
  });

  test('the highest version, or the one that is asked for', () => {
    expect(solved(ssh, ['foo'])).toEqual(['foo 2']);
    expect(solved(ssh, ['foo=1'])).toEqual(['foo 1']);
    expect(solved(ssh, ['foo', 'foo=1'])).toEqual(['foo 1']);
  });

  test('the closure is cut at `without`', () => {
    expect(solved(ssh, ['openssh-server'], { without: ['debconf', 'libc6', 'mail-agent'] })).toEqual([
      'init 1',
      'openssh-server 10',
    ]);
    expect(solved(ssh, ['openssh-server'], { without: ['exim', 'init', 'libc6', 'debconf'] })).toEqual([
      'openssh-server 10',
    ]);
  });

  test('each says why it is there', () => {
    const packages = solve({ packages: ['openssh-server'], requester: 'sshd' }, ssh);
    expect(packages.map(explainPackage)).toMatchInlineSnapshot(`
      [
        "sshd → openssh-server → debconf (for debconf (>= 0.5) | debconf-2.0)",
        "sshd → openssh-server → exim (for mail-agent)",
        "sshd → openssh-server → init",
        "sshd → openssh-server → libc6 (>= 2)",
        "sshd → openssh-server → libc6 → libgcc",
        "sshd → openssh-server",
      ]
    `);
  });

  test('versioned Provides count by their own version, others only where no version is asked', () => {
    const index = tinyIndex(`
      a 1: Depends v (>= 2)
      b 1: Depends w (>= 2)
      c 1: Depends w
      old 9: Provides v (= 1)
      young 1: Provides v (= 3), w
    `);
    expect(solved(index, ['a'])).toEqual(['a 1', 'young 1']);
    expect(solved(index, ['c'])).toEqual(['c 1', 'young 1']);
    expect(failure(index, ['b']).code).toBe('debian-no-package');
  });

  test('an architecture in a relation is ours or none', () => {
    const index = tinyIndex('a 1: Depends x:any, y:amd64\nb 1: Depends x:i386 | y\nx 1\ny 1');
    expect(solved(index, ['a'])).toEqual(['a 1', 'x 1', 'y 1']);
    expect(solved(index, ['b'])).toEqual(['b 1', 'y 1']);
  });

  test('cycles end', () => {
    expect(solved(tinyIndex('a 1: Depends b\nb 1: Pre-Depends a'), ['b'])).toEqual(['a 1', 'b 1']);
  });
});

describe('going back', () => {
  test('an alternative that leads nowhere gives way to the next', () => {
    const index = tinyIndex('a 1: Depends x | y\nx 1: Depends deep\ndeep 1: Depends nowhere\ny 1');
    expect(solved(index, ['a'])).toEqual(['a 1', 'y 1']);
  });

  test('a version that is too high gives way to a lower one', () => {
    const index = tinyIndex('a 1: Depends lib, b\nb 1: Depends lib (<< 2)\nlib 1\nlib 2');
    expect(solved(index, ['a'])).toEqual(['a 1', 'b 1', 'lib 1']);
  });

  test('a conflict with an earlier choice is mended there', () => {
    const index = tinyIndex('a 1: Depends x | y, z\nx 1\ny 1\nz 1: Conflicts x');
    expect(solved(index, ['a'])).toEqual(['a 1', 'y 1', 'z 1']);
  });

  test('many free choices before a dead end do not matter', () => {
    const free = Array.from({ length: 200 }, (_, i) => `f${i} 1: Depends x${i} | y${i}\nx${i} 1\ny${i} 1`);
    const depends = free.map((_, i) => `f${i}`).join(', ');
    const index = tinyIndex(`a 1: Depends ${depends}, last\nlast 1: Depends nowhere\n${free.join('\n')}`);
    expect(failure(index, ['a']).message).toMatchInlineSnapshot(
      `"no package is called or provides nowhere: a → last → nowhere"`,
    );
  });
});

describe('what cannot be', () => {
  test('a missing package names the chain that asked, and what may be meant', () => {
    const index = tinyIndex('openssh-server 1: Depends libfop (>= 2)\nlibfoo 2\nlibfoo-dev 2');
    expect(failure(index, ['openssh-server'], { requester: 'sshd' })).toMatchInlineSnapshot(`
      {
        "code": "debian-no-package",
        "hint": "Did you mean libfoo?",
        "message": "no package is called or provides libfop (>= 2): sshd → openssh-server → libfop (>= 2)",
      }
    `);
    expect(failure(index, ['openshh-server']).hint).toBe('Did you mean openssh-server?');
    expect(failure(index, ['openssh']).hint).toBe('Did you mean openssh-server?');
  });

  test('a version that is not there says which are', () => {
    expect(failure(ssh, ['foo=3'])).toMatchInlineSnapshot(`
      {
        "code": "debian-version",
        "hint": "Ask for a version that is there, or for the name alone.",
        "message": "no version of a package is right: foo=3; the archive has foo 2, 1",
      }
    `);
  });

  test('a conflict names both sides', () => {
    const index = tinyIndex('a 1: Depends b\nb 1: Breaks old (<< 3)\nc 1: Depends old\nold 2');
    expect(failure(index, ['a', 'c']).message).toMatchInlineSnapshot(
      `"packages cannot be installed together: c → old: old 2: it is broken by b 1 (a → b)"`,
    );
    expect(failure(index, ['c', 'a']).message).toMatchInlineSnapshot(
      `"packages cannot be installed together: a → b: b 1: it breaks old 2 (c → old)"`,
    );
  });

  test('a conflict with what it provides itself is none', () => {
    const index = tinyIndex('mta 1: Provides agent; Conflicts agent\nother 1: Provides agent');
    expect(solved(index, ['mta'])).toEqual(['mta 1']);
    expect(failure(index, ['mta', 'other']).code).toBe('debian-conflict');
  });

  test.each(['', 'a b', 'a=', '=1', '../a', 'A'])('%j is no request', (request) => {
    expect(failure(ssh, [request]).code).toBe('debian-request-malformed');
  });

  test('a package that is asked for and taken back is a contradiction', () => {
    expect(failure(ssh, ['foo'], { without: ['foo'] }).code).toBe('debian-request-contradiction');
  });
});

describe('any index', () => {
  const names = ['a', 'b', 'c', 'd', 'e'];
  const alternative = fc
    .tuple(fc.constantFrom(...names, 'v'), fc.constantFrom('', ' (= 1)', ' (>= 2)', ' (<< 2)'))
    .map((parts) => parts.join(''));
  const relations = fc
    .array(fc.array(alternative, { minLength: 1, maxLength: 2 }), { maxLength: 2 })
    .map((all) => all.map((alternatives) => alternatives.join(' | ')).join(', '));
  const single = fc.array(alternative, { maxLength: 1 }).map(String);
  const provides = fc.constantFrom('', '', 'v', 'v (= 2)');
  const index = fc
    .array(fc.tuple(fc.constantFrom(...names), fc.constantFrom('1', '2'), relations, single, provides), {
      maxLength: 8,
    })
    .map((all) =>
      all.map(([name, version, depends, conflicts, provides]) =>
        tinyPackage(name, version, { depends, conflicts, provides }),
      ),
    );

  /** The plain definition of a solution, by trying every set: an oracle that shares no code with the search. */
  function isSolution(chosen: ReturnType<typeof tinyPackage>[], requests: string[]): boolean {
    const holds = (version: string | undefined, constraint: string | undefined) => {
      if (constraint === undefined) return true;
      if (version === undefined) return false;
      const [operator, wanted] = constraint.split(' ') as [string, string];
      if (operator === '=') return version === wanted;
      return operator === '>=' ? version >= wanted : version < wanted;
    };
    const fits = (one: ReturnType<typeof tinyPackage>, text: string) => {
      const [, name, constraint] = /^(\S+)(?: \((.*)\))?$/.exec(text)!;
      const [, virtual, version] = /^(\S*)(?: \(= (.*)\))?$/.exec(one.provides)!;
      return (
        (one.name === name && holds(one.version, constraint)) ||
        (virtual === name && holds(version, constraint))
      );
    };
    const isMet = (relation: string) =>
      relation.split(' | ').some((text) => chosen.some((one) => fits(one, text)));
    const relationsOf = (field: string) => field.split(', ').filter((text) => text !== '');
    return (
      new Set(chosen.map(({ name }) => name)).size === chosen.length &&
      requests.every(isMet) &&
      chosen.every(({ depends }) => relationsOf(depends).every(isMet)) &&
      chosen.every(({ name, conflicts }) =>
        relationsOf(conflicts).every(
          (text) => !chosen.some((other) => other.name !== name && fits(other, text)),
        ),
      )
    );
  }

  test('is solved exactly when it has a solution, and by one', () => {
    const requests = fc.uniqueArray(fc.constantFrom(...names), { minLength: 1, maxLength: 2 });
    let solvable = 0;
    fc.assert(
      fc.property(index, requests, (packages, asked) => {
        const distinct = packages.filter(
          (one, at) =>
            packages.findIndex((other) => other.name === one.name && other.version === one.version) === at,
        );
        const all = distinct.map((_, bit) => 1 << bit);
        const possible = Array.from({ length: 1 << all.length }, (_, set) =>
          distinct.filter((_, bit) => set & all[bit]!),
        ).some((chosen) => isSolution(chosen, asked));
        let found: string[] | undefined;
        try {
          found = solved(indexOf(distinct), asked);
        } catch (thrown) {
          expect((thrown as CatamaranError).fault).toBe('spec');
        }
        expect(found !== undefined).toBe(possible);
        if (found === undefined) return;
        solvable += 1;
        const chosen = distinct.filter(({ name, version }) => found.includes(`${name} ${version}`));
        expect(isSolution(chosen, asked)).toBe(true);
      }),
      { numRuns: 400 },
    );
    expect(solvable).toBeGreaterThan(10);
  });
});
