// `catamaran inspect IMAGE`: what is in a disk image, as tables. With --verify whatever is damaged is an error. The texts
// of the image are not trusted: each is made printable first.
import { resolve } from 'node:path';
import { CatamaranError, type Diagnostic } from '../../base/errors.ts';
import { asJson } from '../../base/json.ts';
import { printable } from '../../base/printable.ts';
import { formatSize } from '../../base/size.ts';
import { type InspectedSlot, type Inspection, inspectImage } from '../../disk/inspect.ts';
import type { Check } from '../../disk/verify-slot.ts';
import { envNames } from '../../slots/constants.ts';
import { makePaint, type Paint } from '../paint.ts';
import type { ResultValue } from '../report/front.ts';
import type { Session } from '../session.ts';
import { renderTable } from '../table.ts';

export interface InspectOptions {
  readonly image: string;
  readonly verify?: true;
}

export async function inspect(
  { image, verify }: InspectOptions,
  { io, globals, front, signal }: Session,
): Promise<void> {
  const task = verify ? front.task(`verifying ${image}`) : undefined;
  const inspection = await inspectImage(resolve(io.cwd, image), { verify: verify === true, signal });
  task?.done();
  const text = renderInspection(inspection, makePaint(globals.color.stdout));
  front.result('inspect', { image, ...(asJson(inspection) as ResultValue) }, text);
  const [first, ...rest] = failedChecks(image, inspection);
  if (first) throw new CatamaranError('integrity', [first, ...rest]);
}

function renderInspection(inspection: Inspection, paint: Paint): string {
  const { format, size, diskGuid, table, partitions, state, slots, checks } = inspection;
  const rows = renderTable(
    [
      ['#', 'label', 'offset', 'size', 'guid'],
      ...partitions.map(({ number, label, offset, size, guid, onDisk }) => [
        String(number),
        printable(label),
        formatSize(offset),
        formatSize(size),
        onDisk ? guid : `${guid}  ${paint('red', 'not on the disk')}`,
      ]),
    ],
    ['right', 'left', 'right', 'right'],
  );
  const faults = table.faults.map((fault) => paint('red', `partition table: ${printable(fault)}\n`));
  return [
    `${format} image, ${formatSize(size)}, disk ${diskGuid}\n`,
    rows,
    ...(faults.length > 0 ? [faults.join('')] : []),
    `${describeState(state)}\n`,
    ...(checks ? [renderChecks(checks, paint)] : []),
    ...slots.map((slot) => renderSlot(slot, paint)),
  ].join('\n');
}

function renderChecks(checks: readonly Check[], paint: Paint): string {
  const verdicts = checks.map(({ what, ok, evidence = 'wrong' }) => [
    printable(what),
    ok ? paint('green', 'ok') : paint('red', printable(evidence)),
  ]);
  return renderTable(verdicts);
}

function describeState({ copies, current }: Inspection['state']): string {
  const invalid = envNames.filter((_, index) => copies[index] === undefined);
  if (invalid.length === copies.length) return 'slot state: no copy is valid; A is asked first, then B';
  const [first, second] = copies.map((copy) => JSON.stringify(copy));
  const whole = first === second ? 'both copies alike' : 'the copies differ';
  return `slot state: generation ${current.gen}, ${invalid.length > 0 ? `${invalid[0]} is not valid` : whole}`;
}

function renderSlot({ name, status, first, archive, checks }: InspectedSlot, paint: Paint): string {
  const title = `${paint('bold', `slot ${name}`)}: ${status}${first ? ', asked first' : ''}\n`;
  const verdicts = checks ? `  verified\n${indent(renderChecks(checks, paint), 4)}` : '';
  if (!archive) return `${title}  nothing that boots\n${verdicts}`;
  const { manifest, verity, slotArgs, files } = archive;
  const facts: [string, string][] = [
    [
      'system',
      manifest ? `${manifest.os} ${manifest.version} ${manifest.arch}` : 'unknown: it has no manifest',
    ],
    ['root hash', verity?.rootHash ?? 'none'],
    ['arguments', slotArgs ?? 'none'],
    ...files.map((file): [string, string] => [file.name, formatSize(file.size)]),
  ];
  const segments = (manifest?.segments ?? []).map(({ name, size, sha256 }) => [
    printable(name),
    formatSize(size),
    sha256,
  ]);
  const listing = renderTable(segments, ['left', 'right']);
  return [
    title,
    indent(renderTable(facts.map((row) => row.map(printable))), 2),
    segments.length > 0 ? `  segments\n${indent(listing, 4)}` : '',
    verdicts,
  ].join('');
}

function indent(lines: string, spaces: number): string {
  return lines.replace(/^/gm, ' '.repeat(spaces)).trimEnd().concat('\n');
}

function failedChecks(image: string, { slots, checks = [] }: Inspection): Diagnostic[] {
  const failed = (place: string, checks: readonly Check[]): Diagnostic[] =>
    checks
      .filter(({ ok }) => !ok)
      .map(({ what, evidence }) => ({
        code: 'image-damaged',
        message: `${image}: ${what}${place} is wrong${evidence === undefined ? '' : `: ${evidence}`}`,
        hint: 'Build the image again, or fetch it again.',
      }));
  return [
    ...failed('', checks),
    ...slots.flatMap(({ name, checks = [] }) => failed(` of slot ${name}`, checks)),
  ];
}
