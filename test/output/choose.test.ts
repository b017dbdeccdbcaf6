// Which formats a build writes, by what was asked for and by the spec's `outputs`.
import { beforeAll, describe, expect, test } from 'vitest';
import type { CatamaranError } from '../../src/base/errors.ts';
import type { LockedSpec } from '../../src/lock/locked-spec.ts';
import { checkOutputs, chooseFormats } from '../../src/output/choose.ts';
import { askedFormats, formatNames } from '../../src/output/formats.ts';
import { planBuild } from '../../src/output/plan.ts';
import { lockedSpec, minimalSpec } from './support.ts';

const place = { out: '/out' };
let text: string;
let plain: LockedSpec;
beforeAll(async () => {
  text = await minimalSpec();
  plain = await lockedSpec(text);
});

test('what is asked for goes before the spec’s outputs, and these before qcow2', async () => {
  const locked = await lockedSpec(`${text}\noutputs: [iso, {format: raw.zst, options: {level: 9}}]\n`);
  expect(chooseFormats(plain, undefined, place).names).toEqual(['qcow2']);
  expect(chooseFormats(locked, undefined, place).names).toEqual(['iso', 'raw.zst']);
  expect(chooseFormats(locked, ['raw'], place).names).toEqual(['raw']);
});

test('an option of a format is part of its key, whoever asks for the format', async () => {
  const locked = await lockedSpec(`${text}\noutputs: [{format: qcow2, options: {compressed: true}}]\n`);
  const keyOf = (of: LockedSpec, format: 'qcow2' | 'raw') => planBuild(of, [format]).outputs[0]!.step.key;
  expect(keyOf(locked, 'qcow2')).not.toBe(keyOf(plain, 'qcow2'));
  expect(keyOf(locked, 'raw')).toBe(keyOf(plain, 'raw'));
});

describe('all', () => {
  test('is each format once, and says why others are left out', () => {
    const { names, left } = chooseFormats(plain, askedFormats(['all']), place);
    expect([...names, ...left.map(({ format }) => format)].sort()).toEqual([...formatNames].sort());
    const why = Object.fromEntries(left.map((each) => [each.format, each.why]));
    expect(why).toMatchObject({
      'raw-efi': 'it is the same as raw, under another name',
      rpi3: expect.stringContaining('firmware that is not in Debian main'),
    });
    expect(names).toEqual(expect.arrayContaining(['azure', 'dynamic-vhd', 'kernel+erofs', 'iso-efi-initrd']));
  });

  test('without a kernel is what has none', async () => {
    const none = await lockedSpec('os: {id: x, version: 1}\ninit: [component:init]\n');
    expect(chooseFormats(none, 'all', place).names).toEqual(['sbom', 'docker', 'tar']);
  });
});

test.each([
  ['[qcow]', 'format-unknown', 'there is no format "qcow"', 'Did you mean "qcow2"?'],
  [
    '[{format: raw, options: {compressed: true}}]',
    'spec-unknown-key',
    'the format raw has no option "compressed"',
    'It has none.',
  ],
  [
    '[{format: raw.zst, options: {compressed: true}}]',
    'spec-unknown-key',
    'the format raw.zst has no option "compressed"',
    'It has level.',
  ],
])('%s is an error at its place', async (outputs, code, message, hint) => {
  const locked = await lockedSpec(`${text}\noutputs: ${outputs}\n`);
  try {
    checkOutputs(locked.spec);
  } catch (thrown) {
    const [diagnostic] = (thrown as CatamaranError).diagnostics;
    expect(diagnostic).toMatchObject({ code, message, hint });
    expect(diagnostic.position?.line).toBe(text.split('\n').length + 1);
    return;
  }
  expect.unreachable();
});

test('what no format has, a wrong type, and no format at all are the schema’s errors', async () => {
  const refusal = (outputs: string) =>
    lockedSpec(`${text}\noutputs: ${outputs}\n`).catch((error) => error.message);
  expect(await refusal('[{format: qcow2, options: {compress: true}}]')).toMatch(/unknown key "compress"/);
  expect(await refusal('[{format: qcow}]')).toMatch(/is "qcow": it must be/);
  expect(await refusal('[{options: {}}]')).toMatch(/has no "format"/);
  expect(await refusal('[{format: raw.zst, options: {level: 20}}]')).toMatch(/at most 19/);
});

test('a format that is there twice is the last one’s, with a warning', async () => {
  const locked = await lockedSpec(
    `${text}\noutputs: [qcow2, {format: qcow2, options: {compressed: true}}]\n`,
  );
  expect(locked.spec.outputs.map(({ format, options }) => [format, options])).toEqual([
    ['qcow2', { compressed: true }],
  ]);
  expect(locked.spec.warnings.map(({ message }) => message)).toContainEqual(
    expect.stringMatching(/^qcow2 is among the outputs already/),
  );
});
