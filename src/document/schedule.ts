// When something is due, as crontab(5) has it: minute, hour, day of the month, month, day of the week; or one of its words.
import { CatamaranError } from '../base/errors.ts';

const words = ['@hourly', '@daily', '@weekly', '@monthly', '@yearly'];

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const days = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

interface Field {
  readonly what: string;
  readonly from: number;
  readonly to: number;
  /** That may stand in place of a number, the first one for `from`. */
  readonly names?: readonly string[];
}

const fields: readonly Field[] = [
  { what: 'minute', from: 0, to: 59 },
  { what: 'hour', from: 0, to: 23 },
  { what: 'day of the month', from: 1, to: 31 },
  { what: 'month', from: 1, to: 12, names: months },
  { what: 'day of the week', from: 0, to: 7, names: days },
];

/** In one way of writing: single spaces, lower case. cron passes over a whole file for one line that it does not take. */
export function parseSchedule(text: string): string {
  const schedule = text
    .trim()
    .toLowerCase()
    .replaceAll(/[ \t]+/g, ' ');
  if (words.includes(schedule)) return schedule;
  const parts = schedule.split(' ');
  if (parts.length !== fields.length)
    throw malformed(text, `Write five fields, such as "30 3 * * *", or one of ${words.join(', ')}.`);
  const wrong = fields.find(
    (field, index) => !parts[index]!.split(',').every((each) => isWithin(each, field)),
  );
  if (wrong)
    throw malformed(
      text,
      `The ${wrong.what} is *, a number from ${wrong.from} to ${wrong.to}, a range or a list of those, with /STEP where wanted.`,
    );
  return schedule;
}

function isWithin(part: string, { from, to, names = [] }: Field): boolean {
  const [, range, step] = /^([^/]+)(?:\/(\d{1,2}))?$/.exec(part) ?? [];
  if (range === undefined || step === '0' || step === '00') return false;
  if (range === '*') return true;
  const ends = range
    .split('-')
    .map((each) => (names.includes(each) ? names.indexOf(each) + from : numberOf(each)));
  const [first, last = first] = ends;
  // A step without a range is refused by cron.
  if (ends.length > 2 || (step !== undefined && ends.length === 1)) return false;
  return first! >= from && last! <= to && first! <= last!;
}

const numberOf = (text: string) => (/^\d{1,2}$/.test(text) ? Number(text) : Number.NaN);

function malformed(text: string, hint: string): CatamaranError {
  const message = `not a schedule: ${JSON.stringify(text.slice(0, 200))}`;
  return new CatamaranError('spec', { code: 'schedule-malformed', message, hint });
}
