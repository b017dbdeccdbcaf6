// docs/platforms.md says of every output where it was booted, who has read it and what could not be tried: from what the tests do
// (`npx vitest run -u` writes it).
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { byName } from '../../src/base/order.ts';
import type { Format } from '../../src/output/format.ts';
import { formatNames, formats } from '../../src/output/formats.ts';
import {
  arm64LiveRows,
  arm64Rows,
  diskRows,
  hasArm64,
  liveRows,
  mediaRows,
  otherBoots,
  readers,
  rootRows,
  untried,
} from '../boot/rows.ts';
import { repository } from './support.ts';

const firmwares = { bios: 'BIOS', uefi: 'UEFI' } as const;
const places = { cd: 'a CD', usb: 'a stick', disk: 'a disk' } as const;

function bootsOf(name: string): string[] {
  const disks = diskRows.filter(({ format }) => format === name);
  const media = [...liveRows, ...mediaRows].filter(({ format }) => format === name);
  const roots = rootRows.filter(({ format }) => format === name);
  const other = otherBoots[name];
  return [
    ...disks.map((row) => `${row.bus}${'nic' in row ? `, ${row.nic}` : ''}, ${firmwares[row.firmware]}`),
    ...media.map(({ medium, firmware }) => `${places[medium]}, ${firmwares[firmware]}`),
    ...mediaRows
      .filter((row) => row.format === name && hasArm64(row))
      .map(({ medium }) => `${places[medium]}, arm64`),
    ...arm64LiveRows.filter(({ format }) => format === name).map(({ medium }) => `${places[medium]}, arm64`),
    ...arm64Rows.filter(({ format }) => format === name).map(({ bus }) => `${bus}, arm64`),
    ...roots.map(({ medium }) => `the kernel’s root on ${places[medium]}, both architectures`),
    ...(other === undefined ? [] : [other]),
  ];
}

function outputTable(): string {
  const all: readonly Format[] = formats;
  const rows = [...all]
    .sort((a, b) => byName(a.name, b.name))
    .map(({ name, sameAs }) => {
      const read = readers[name] ?? readers[sameAs ?? name] ?? [];
      const boots = bootsOf(name).join('; ') || (sameAs ? `as ${sameAs}` : '');
      return [`\`${name}\``, boots, read.join(', '), untried[name] ?? ''].join(' | ');
    });
  const head = ['output | booted as | read by | not tried', '--- | --- | --- | ---'];
  return [...head, ...rows].map((row) => `| ${row} |\n`).join('');
}

test('what is said is said of formats that there are', () => {
  const named = [...Object.keys(readers), ...Object.keys(otherBoots), ...Object.keys(untried)];
  const rowed = [...diskRows, ...arm64Rows, ...arm64LiveRows, ...liveRows, ...mediaRows, ...rootRows].map(
    ({ format }) => format,
  );
  expect([...named, ...rowed].filter((name) => !formatNames.includes(name as never))).toEqual([]);
});

test('docs/platforms.md has the table', async () => {
  const docs = await readFile(join(repository, 'docs/platforms.md'), 'utf8');
  const whole = docs.replace(
    /(<!-- outputs -->\n)[\s\S]*?(<!-- \/outputs -->)/,
    (_, start: string, end: string) => `${start}\n${outputTable()}\n${end}`,
  );
  await expect(whole).toMatchFileSnapshot('../../docs/platforms.md');
});
