import { expect, test } from 'vitest';
import { createSerialLog, plainText } from '../../src/run/serial.ts';

const long = 60_000;

test('what was said before and what is said later is found, each once and in order', async () => {
  const log = createSerialLog();
  log.append('boot\nlogin: ');
  expect((await log.waitFor(/(l)ogin:/, long))[1]).toBe('l');
  const again = log.waitFor(/login:/, long);
  log.append('root\nlog');
  log.append('in: ');
  expect((await again)[0]).toBe('login:');
  await expect(log.waitFor(/boot/, 1)).rejects.toMatchObject({ code: 'machine-silent' });
});

test('two that wait are served in the order in which they asked', async () => {
  const log = createSerialLog();
  const first = log.waitFor(/\d/, long);
  const second = log.waitFor(/\d/, long);
  log.append('1');
  log.append('2');
  expect([(await first)[0], (await second)[0]]).toEqual(['1', '2']);
});

test('a global or sticky pattern matches like any other', async () => {
  const log = createSerialLog();
  log.append('aXbX');
  expect((await log.waitFor(/X/g, long)).index).toBe(1);
  expect((await log.waitFor(/X/y, long)).index).toBe(1);
});

test('the end of the machine ends the wait, and shows its last lines', async () => {
  const log = createSerialLog();
  const waiting = log.waitFor(/login/, long);
  log.append('\x1b[2J\x1b[01;01HKernel panic\r\n');
  log.end('ended (guest-panic)');
  await expect(waiting).rejects.toMatchObject({
    code: 'machine-ended',
    message: 'the machine ended (guest-panic) before /login/ on its serial port: Kernel panic',
  });
  await expect(log.waitFor(/more/, long)).rejects.toMatchObject({ code: 'machine-ended' });
  expect((await log.waitFor(/panic/, long))[0]).toBe('panic');
});

test('one that gives up does not hold up those behind it', async () => {
  const log = createSerialLog();
  const first = log.waitFor(/never/, 1);
  const second = log.waitFor(/now/, long);
  log.append('now');
  await expect(first).rejects.toMatchObject({ code: 'machine-silent' });
  expect((await second)[0]).toBe('now');
});

test('of a machine that never stops talking the end is kept', async () => {
  const log = createSerialLog();
  for (let count = 0; count < 20; count += 1) log.append('x'.repeat(1 << 20));
  log.append('end');
  expect(log.text.length).toBe(16 << 20);
  expect((await log.waitFor(/end/, long))[0]).toBe('end');
});

test('control sequences are no text', () => {
  expect(plainText('\x1b[0m\x1b[30;47mBdsDxe\x1b[=3h: x\x1b(B\r\n')).toBe('BdsDxe: x\n');
});
