import { expect, it } from 'vitest';
import { parseSchedule } from '../../src/document/schedule.ts';

it.each([
  ['30 3 * * *', '30 3 * * *'],
  [' 0  0-23/2\t1,15 JAN-mar Mon ', '0 0-23/2 1,15 jan-mar mon'],
  ['*/5 * * * 7', '*/5 * * * 7'],
  ['@Daily', '@daily'],
])('%j is due as %j', (text, schedule) => expect(parseSchedule(text)).toBe(schedule));

it.each([
  ['', 'five fields'],
  ['@reboot', 'five fields'],
  ['* * * *', 'five fields'],
  ['60 * * * *', 'The minute is'],
  ['5/2 * * * *', 'The minute is'],
  ['*/0 * * * *', 'The minute is'],
  ['* 9-8 * * *', 'The hour is'],
  ['* * 0 * *', 'The day of the month is'],
  ['* * * mon *', 'The month is'],
  ['* * * * 1-2-3', 'The day of the week is'],
  ['* * * * *\n* * * * * root reboot', 'five fields'],
])('%j is no schedule', (text, hint) => {
  try {
    parseSchedule(text);
  } catch (error) {
    expect(error).toMatchObject({
      diagnostics: [{ code: 'schedule-malformed', hint: expect.stringContaining(hint) }],
    });
    return;
  }
  expect.unreachable();
});
