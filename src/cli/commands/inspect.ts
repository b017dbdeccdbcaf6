// `catamaran inspect IMAGE`: what is in a disk image, as tables. With --verify a wrong digest is an error.
import { resolve } from 'node:path';
import { CatamaranError, type Diagnostic } from '../../base/errors.ts';
import type { Json } from '../../base/json.ts';
import { formatSize } from '../../base/size.ts';
import { type InspectedSlot, type Inspection, inspectImage } from '../../image/inspect.ts';
import { envNames } from '../../slots/constants.ts';
import { makePaint, type Paint } from '../paint.ts';
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
  front.result('inspect', { image, ...(inspection as unknown as Record<string, Json>) }, text);
  const [first, ...rest] = failedChecks(image, inspection);
  if (first) throw new CatamaranError('integrity', [first, ...rest]);
}

export function renderInspection(
  { format, size, diskGuid, partitions, state, slots }: Inspection,
  paint: Paint,
): string {
  const table = renderTable(
    [
      ['#', 'label', 'offset', 'size', 'guid'],
      ...partitions.map(({ number, label, offset, size, guid }) => [
        String(number),
        label,
        formatSize(offset),
        formatSize(size),
        guid,
      ]),
    ],
    ['right', 'left', 'right', 'right'],
  );
  return [
    `${format} image, ${formatSize(size)}, disk ${diskGuid}\n`,
    table,
    `${describeState(state)}\n`,
    ...slots.map((slot) => renderSlot(slot, paint)),
  ].join('\n');
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
  if (!archive) return `${title}  nothing that boots\n`;
  const { manifest, verity, slotArgs, files } = archive;
  const facts = [
    [
      'system',
      manifest ? `${manifest.os} ${manifest.version} ${manifest.arch}` : 'unknown: it has no manifest',
    ],
    ['root hash', verity?.rootHash ?? 'none'],
    ['arguments', slotArgs ?? 'none'],
    ...files.map((file) => [file.name, formatSize(file.size)]),
  ];
  const segments = (manifest?.segments ?? []).map(({ name, size, sha256 }) => [
    `  ${name}`,
    formatSize(size),
    sha256,
  ]);
  const verdicts = (checks ?? []).map(({ what, ok, evidence }) => [
    `  ${what}`,
    ok ? paint('green', 'ok') : paint('red', evidence ?? 'wrong'),
  ]);
  return [
    title,
    renderTable(facts.map(([label = '', value = '']) => [`  ${label}`, value])),
    segments.length > 0
      ? `  segments\n${renderTable(
          segments.map(([name = '', ...rest]) => [`  ${name}`, ...rest]),
          ['left', 'right'],
        )}`
      : '',
    verdicts.length > 0
      ? `  verified\n${renderTable(verdicts.map(([what = '', verdict = '']) => [`  ${what}`, verdict]))}`
      : '',
  ].join('');
}

function failedChecks(image: string, { slots }: Inspection): Diagnostic[] {
  return slots.flatMap(({ name, checks = [] }) =>
    checks
      .filter(({ ok }) => !ok)
      .map(({ what, evidence }) => ({
        code: 'image-damaged',
        message: `${image}: ${what} of slot ${name} is wrong${evidence === undefined ? '' : `: ${evidence}`}`,
        hint: 'Build the image again, or fetch it again.',
      })),
  );
}
