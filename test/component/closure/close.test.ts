// The closure of programs over trees made by hand: what comes along, by which chain, and what is said of what is missing.
import { expect, test } from 'vitest';
import type { CatamaranError } from '../../../src/base/errors.ts';
import { renderDiagnostics } from '../../../src/base/render.ts';
import { closePrograms } from '../../../src/component/closure/close.ts';
import { collectShipped } from '../../../src/component/closure/shipped.ts';
import { chainOf, type NamedProgram } from '../../../src/component/closure/taken.ts';
import type { TreeNode } from '../../../src/tree/node.ts';
import { file, symlink, type TreePath } from '../../../src/tree/tree.ts';
import { elfFile } from './make-elf.ts';

const libraries = 'usr/lib/x86_64-linux-gnu';
const loader = '/lib64/ld-linux-x86-64.so.2';
type Files = Readonly<Record<string, TreeNode>>;

const libc: Files = {
  'usr/lib64/ld-linux-x86-64.so.2': symlink('../lib/x86_64-linux-gnu/ld.so'),
  [`${libraries}/ld.so`]: elfFile({ soname: 'ld-linux-x86-64.so.2' }),
  [`${libraries}/libc.so.6`]: elfFile({ soname: 'libc.so.6', needed: ['ld-linux-x86-64.so.2'], loader }),
  [`${libraries}/ld-linux-x86-64.so.2`]: symlink('ld.so'),
};

const named = (paths: readonly string[]): NamedProgram[] =>
  paths.map((path, index) => ({
    path,
    position: { file: 'component.yml', line: 3, column: 12 + index, length: 1, excerpt: 'programs: […]' },
  }));

interface Setting {
  readonly programs?: readonly string[];
  readonly plugins?: readonly string[];
  readonly packages: Readonly<Record<string, Files>>;
  readonly own?: Files;
  readonly without?: readonly string[];
  readonly cached?: readonly [TreePath, TreePath][];
}

function close({ programs = [], plugins = [], packages, own = {}, without = [], cached = [] }: Setting) {
  const sources = Object.entries({ libc6: libc, ...packages }).map(([name, files]) => ({
    name: `the package ${name}`,
    tree: new Map(Object.entries(files)),
  }));
  const mine = { name: 'the component x', tree: new Map(Object.entries(own)) };
  const shipped = collectShipped(sources, [], mine);
  const request = { programs: named(programs), plugins: named(plugins), shipped, without };
  return closePrograms({ ...request, arch: 'amd64', cached: new Map(cached) });
}

const pathsOf = async (setting: Setting) =>
  [...(await close(setting)).keys()].filter((path) => path.includes('/')).sort();
const libcPaths = Object.keys(libc).filter((path) => !path.endsWith('gnu/ld-linux-x86-64.so.2'));

async function said(setting: Setting): Promise<string> {
  const thrown = await close(setting).then(
    () => 'no error',
    (error: CatamaranError) => renderDiagnostics(error.diagnostics),
  );
  return typeof thrown === 'string' ? thrown : String(thrown);
}

test('libraries of libraries, the loader, and the links on the way; nothing else', async () => {
  const packages = {
    app: {
      'usr/bin/app': elfFile({ needed: ['liba.so.1', 'libc.so.6'], loader }),
      'usr/bin/other': elfFile({}),
    },
    liba: {
      [`${libraries}/liba.so.1`]: symlink('liba.so.1.2'),
      [`${libraries}/liba.so.1.2`]: elfFile({ soname: 'liba.so.1', needed: ['libb.so.2'] }),
      [`${libraries}/libb.so.2`]: elfFile({ needed: ['liba.so.1'] }),
      [`${libraries}/libz.so.1`]: elfFile({}),
    },
  };
  expect(await pathsOf({ programs: ['app'], packages })).toEqual(
    [
      ...Object.keys(libc),
      'usr/bin/app',
      ...['liba.so.1', 'liba.so.1.2', 'libb.so.2'].map((name) => `${libraries}/${name}`),
    ].sort(),
  );
  const taken = await close({ programs: ['app'], packages });
  expect(chainOf(taken, `${libraries}/libb.so.2`)).toEqual([
    { path: 'usr/bin/app', how: 'named by programs' },
    { path: `${libraries}/liba.so.1`, how: 'needed as liba.so.1' },
    { path: `${libraries}/liba.so.1.2`, how: 'where the link leads' },
    { path: `${libraries}/libb.so.2`, how: 'needed as libb.so.2' },
  ]);
});

test('a static program is itself alone', async () => {
  expect(
    await pathsOf({ programs: ['usr/sbin/runc'], packages: { runc: { 'usr/sbin/runc': elfFile({}) } } }),
  ).toEqual(['usr/sbin/runc']);
});

test('RUNPATH is the object’s own, RPATH goes on to what it loads; $ORIGIN is where the object lies', async () => {
  const inside = {
    'usr/lib/app/libin.so': elfFile({ needed: ['libdeep.so'] }),
    'usr/lib/app/libdeep.so': elfFile({}),
  };
  const withPath = (how: object) => ({
    app: { 'opt/app/bin/app': elfFile({ needed: ['libin.so'], ...how }), ...inside },
  });
  const programs = ['opt/app/bin/app'];
  const all = [...Object.keys(inside), ...programs].sort();
  expect(await pathsOf({ programs, packages: withPath({ rpath: '$ORIGIN/../../../lib/app' }) })).toEqual(
    ['opt/app/bin/app', ...Object.keys(inside)].sort(),
  );
  expect(await pathsOf({ programs, packages: withPath({ rpath: '/usr/lib/app' }) })).toEqual(all);
  expect(await said({ programs, packages: withPath({ runpath: '/usr/lib/app' }) })).toContain(
    'opt/app/bin/app → usr/lib/app/libin.so → libdeep.so: no package has this library',
  );
});

test('a directory of ld.so.conf.d counts where the cache is made, and its file comes along', async () => {
  const packages = {
    app: {
      'usr/bin/app': elfFile({ needed: ['libx.so'] }),
      'usr/lib/odd/libx.so': elfFile({}),
      'etc/ld.so.conf.d/odd.conf': file('/usr/lib/odd\n'),
    },
  };
  expect(await said({ programs: ['app'], packages })).toContain('libx.so: no package has this library');
  const cached: [string, string][] = [['usr/lib/odd', 'etc/ld.so.conf.d/odd.conf']];
  expect(await pathsOf({ programs: ['app'], packages, cached })).toEqual([
    'etc/ld.so.conf.d/odd.conf',
    'usr/bin/app',
    'usr/lib/odd/libx.so',
  ]);
});

test('a library for another machine is passed over, as the loader does', async () => {
  const packages = {
    app: {
      'usr/bin/app': elfFile({ needed: ['libx.so'] }),
      [`${libraries}/libx.so`]: elfFile({ machine: 183 }),
      'usr/lib/libx.so': elfFile({}),
    },
  };
  expect(await pathsOf({ programs: ['app'], packages })).toEqual(['usr/bin/app', 'usr/lib/libx.so']);
});

test('scripts bring their interpreters, by env too', async () => {
  const packages = {
    perl: { 'usr/bin/perl': elfFile({ needed: ['libc.so.6'], loader }) },
    coreutils: { 'usr/bin/env': elfFile({}) },
    app: { 'usr/sbin/one': file('#!/bin/perl -w\n'), 'usr/sbin/two': file('#! /usr/bin/env -S perl -w\n') },
  };
  expect(await pathsOf({ programs: ['one'], packages })).toEqual(
    [...libcPaths, `${libraries}/ld-linux-x86-64.so.2`, 'usr/bin/perl', 'usr/sbin/one'].sort(),
  );
  expect(await pathsOf({ programs: ['two'], packages })).toEqual(
    expect.arrayContaining(['usr/bin/env', 'usr/bin/perl']),
  );
});

test('programs of the component’s own directory are closed over; its own link counts', async () => {
  const packages = { liba: { [`${libraries}/liba.so.1`]: elfFile({}), 'usr/bin/dash': elfFile({}) } };
  const own = {
    'usr/bin/mine': elfFile({ needed: ['liba.so.1'] }),
    'usr/bin/start': file('#!/bin/sh\n'),
    'usr/bin/sh': symlink('dash'),
  };
  expect(await pathsOf({ programs: ['mine', 'start'], packages, own })).toEqual(
    ['usr/bin/dash', 'usr/bin/mine', 'usr/bin/sh', 'usr/bin/start', `${libraries}/liba.so.1`].sort(),
  );
});

test('plugins: their libraries too, and what their program has loaded is there for them', async () => {
  const packages = {
    app: {
      'usr/bin/app': elfFile({ needed: ['libprivate.so'], rpath: '/usr/lib/app' }),
      'usr/lib/app/libprivate.so': elfFile({}),
      'usr/lib/app/plugins/one.so': elfFile({ needed: ['libprivate.so', 'libextra.so'] }),
      'usr/lib/app/plugins/two.txt': file('data'),
    },
    extra: { [`${libraries}/libextra.so`]: elfFile({}) },
  };
  const plugins = ['usr/lib/app/plugins/*'];
  expect(await pathsOf({ programs: ['app'], plugins, packages })).toEqual(
    [...Object.keys(packages.app), `${libraries}/libextra.so`].sort(),
  );
  expect(await said({ plugins, packages })).toContain(
    'usr/lib/app/plugins/one.so → libprivate.so: no package has this library',
  );
});

test('what is missing is told all at once, with its place, its chain and a remedy', async () => {
  const packages = {
    app: {
      'usr/bin/app': elfFile({ needed: ['liba.so.1'], loader: '/lib/ld-musl.so.1' }),
      [`${libraries}/liba.so.1`]: elfFile({ needed: ['libgone.so.9'] }),
      'usr/bin/script': file('#!/usr/bin/python3\n'),
      'usr/bin/dangling': symlink('/etc/alternatives/dangling'),
      'usr/bin/round': symlink('round'),
      'usr/bin/notes': file('hello'),
      'usr/bin/foreign': elfFile({ machine: 183 }),
      'usr/bin/cut': file(Buffer.from('\x7fELF\x02\x01')),
      'usr/lib/app/helper': elfFile({}),
    },
  };
  const programs = [
    'app',
    'script',
    'dangling',
    'round',
    'notes',
    'foreign',
    'cut',
    'ap',
    'usr/bin/helper',
    'usr/x/*',
  ];
  expect(await said({ programs, packages, without: ['libgone9'] })).toMatchInlineSnapshot(`
    "component.yml:3:12: error: usr/bin/app → usr/lib/x86_64-linux-gnu/liba.so.1 → libgone.so.9: no package has this library
     3 | programs: […]
       |            ^
      hint: Add the package that has it, or take its package out of \`without\` (libgone9).

    component.yml:3:12: error: usr/bin/app → usr/lib/ld-musl.so.1 (its loader): no package has it
     3 | programs: […]
       |            ^
      hint: Add its package (for a shell: busybox, with \`generate: [busybox-links]\`), or take the script as data, by \`include\`.

    component.yml:3:13: error: usr/bin/script → usr/bin/python3 (its interpreter): no package has it
     3 | programs: […]
       |             ^
      hint: Add its package (for a shell: busybox, with \`generate: [busybox-links]\`), or take the script as data, by \`include\`.

    component.yml:3:14: error: usr/bin/dangling, which leads to etc/alternatives/dangling: no package has it
     3 | programs: […]
       |              ^
      hint: Correct the path, or add the package that has it.

    component.yml:3:15: error: usr/bin/round, whose links lead round and round: no package has it
     3 | programs: […]
       |              ^
      hint: Correct the path, or add the package that has it.

    component.yml:3:16: error: usr/bin/notes cannot be run: it is neither an ELF file nor a script
     3 | programs: […]
       |              ^
      hint: Name a program of the packages; data belongs to \`include\`.

    component.yml:3:17: error: usr/bin/foreign cannot be run: it is for another machine than amd64
     3 | programs: […]
       |              ^
      hint: Name a program of the packages; data belongs to \`include\`.

    component.yml:3:18: error: usr/bin/cut cannot be run: it ends within its header
     3 | programs: […]
       |              ^
      hint: Name a program of the packages; data belongs to \`include\`.

    component.yml:3:19: error: no package has a program ap in usr/bin or usr/sbin
     3 | programs: […]
       |              ^
      hint: Correct the path, or add the package that has it.

    component.yml:3:20: error: usr/bin/helper: no package has it
     3 | programs: […]
       |              ^
      hint: Did you mean "usr/lib/app/helper"?

    component.yml:3:21: error: no file of the packages matches usr/x/*
     3 | programs: […]
       |              ^
      hint: Correct the path, or add the package that has it."
  `);
});

test('two packages that ship one path: an error that names both, if the path is taken', async () => {
  const packages = {
    one: {
      'usr/bin/app': elfFile({ needed: ['libx.so'] }),
      'usr/share/doc/x': file('1'),
      [`${libraries}/libx.so`]: elfFile({}),
    },
    two: { [`${libraries}/libx.so`]: elfFile({ soname: 'other' }), 'usr/share/doc/x': file('2') },
  };
  expect(await said({ programs: ['app'], packages })).toMatchInlineSnapshot(`
    "component.yml:3:12: error: /usr/lib/x86_64-linux-gnu/libx.so is in the package one and, otherwise, in the package two (usr/bin/app → usr/lib/x86_64-linux-gnu/libx.so)
     3 | programs: […]
       |            ^
      hint: Leave one of the two packages out by \`without\`, or lay a file of your own over the path."
  `);
  const own = { [`${libraries}/libx.so`]: elfFile({ soname: 'mine' }) };
  expect(await pathsOf({ programs: ['app'], packages, own })).toEqual([
    'usr/bin/app',
    `${libraries}/libx.so`,
  ]);
});
