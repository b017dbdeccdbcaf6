// One contract for all formats, by their table; docs/outputs.md has what the table says (`npx vitest run -u` writes it).
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { CatamaranError } from '../../src/base/errors.ts';
import { readCodeDigests } from '../../src/cli/context.ts';
import type { LockedSpec } from '../../src/lock/locked-spec.ts';
import { formatTable } from '../../src/output/describe.ts';
import type { Format } from '../../src/output/format.ts';
import { formatNames, formats, parseFormats } from '../../src/output/formats.ts';
import { planBuild } from '../../src/output/plan.ts';
import { lockedSpec, minimalSpec, repository } from './support.ts';

let locked: LockedSpec;
beforeAll(async () => {
  locked = await lockedSpec(await minimalSpec());
});

describe.each(formats.map((format: Format) => [format.name, format] as const))('%s', (name, format) => {
  test('is written in the file that it names, whose code counts in its key', async () => {
    const text = await readFile(join(repository, 'src', `${format.module}.ts`), 'utf8');
    expect(text).toContain(`name: '${name}'`);
    expect((await readCodeDigests())(format.module)).toMatch(/^[0-9a-f]{64}$/);
  });

  test('plans what it is made of, and nothing without a kernel where it has one', async () => {
    if (name === 'rpi3') {
      expect(() => planBuild(locked, ['rpi3'])).toThrow(/firmware that is not in Debian main/);
      return;
    }
    const { outputs } = planBuild(locked, [parseFormats([name])[0]!]);
    expect(outputs.map((output) => output.format)).toEqual([format]);
    expect(outputs[0]!.step.needs).not.toEqual([]);
    if (format.boots === undefined) return;
    const none = await lockedSpec('os: {id: x, version: 1}\ninit: [component:init]\n');
    expect(() => planBuild(none, parseFormats([name]))).toThrow(/names no kernel/);
  });

  test('says what it is in a line, and its files apart', () => {
    expect(format.summary).toMatch(/^[^.|\n]{10,120}$/);
    expect(new Set(format.files).size).toBe(format.files.length);
  });
});

test('a format that is another one under LinuxKit’s name has its shape, and says so', () => {
  for (const { sameAs, files, boots, summary } of formats as readonly Format[]) {
    if (sameAs === undefined) continue;
    const own = formats.find(({ name }) => name === sameAs) as Format;
    expect(own.sameAs).toBeUndefined();
    expect([files.length, boots]).toEqual([own.files.length, own.boots]);
    expect(summary).toMatch(/the same as|a fixed VHD|what iso is/);
  }
});

test('what a BIOS starts is not made for machines that have none', () => {
  const arm64 = { ...locked, arch: 'arm64' as const };
  for (const name of ['raw-bios', 'qcow2-bios', 'iso-bios'] as const)
    expect(() => planBuild(arm64, [name])).toThrow(`${name} cannot be made for arm64`);
  expect(planBuild(arm64, ['raw-efi', 'qcow2-efi', 'iso-efi']).outputs).toHaveLength(3);
});

test('each name is there once', () => {
  expect(new Set(formatNames).size).toBe(formatNames.length);
});

test('a name that there is not is refused with the nearest one, or with all', () => {
  const hintOf = (name: string) => {
    try {
      parseFormats([name]);
    } catch (error) {
      return (error as CatamaranError).diagnostics[0].hint;
    }
  };
  expect(hintOf('qcow')).toBe('Did you mean "qcow2"?');
  expect(hintOf('floppy')).toContain('kernel+initrd');
  expect(() => parseFormats(['floppy'])).toThrow(CatamaranError);
});

test('docs/outputs.md has the table', async () => {
  const docs = await readFile(join(repository, 'docs/outputs.md'), 'utf8');
  const whole = docs.replace(
    /(<!-- formats -->\n)[\s\S]*?(<!-- \/formats -->)/,
    (_, start: string, end: string) => `${start}\n${formatTable()}\n${end}`,
  );
  await expect(whole).toMatchFileSnapshot('../../docs/outputs.md');
});
