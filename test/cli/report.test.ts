import { Readable } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import type { Front, Verbosity } from '../../src/cli/report/front.ts';
import { openFront } from '../../src/cli/report/open-front.ts';
import { progressText } from '../../src/cli/report/progress-text.ts';
import { liveLine } from '../../src/cli/report/terminal.ts';
import { fakeIo } from './fake-io.ts';

/** Everything that a front can be told, under a clock that goes three seconds with each look. */
async function tell(options: { json?: boolean; terminal?: boolean; verbosity?: Verbosity }) {
  let time = 0;
  const io = fakeIo({
    terminal: options.terminal ?? false,
    now: () => {
      time += 3000;
      return time;
    },
  });
  const front: Front = await openFront(io, {
    json: options.json ?? false,
    color: false,
    verbosity: options.verbosity ?? 'normal',
  });
  front.debug('mksquashfs -x');
  front.info('using the lock');
  front.warn('slot is nearly full', 'Raise disk.slot.');
  const download = front.task('downloading 3 packages', { total: 4 * 1024 ** 2, unit: 'bytes' });
  const steps = front.task('making segments', { total: 3 });
  for (let i = 0; i < 4; i++) download.advance(1024 ** 2);
  steps.advance(1);
  download.done('4 MiB');
  front.task('resolving').done();
  steps.done('cached');
  front.result('build', { outputs: ['a.qcow2'] }, 'a.qcow2\n');
  front.close();
  return io.written;
}

test('plain lines', async () => {
  expect(await tell({ verbosity: 'verbose' })).toEqual({
    stdout: 'a.qcow2\n',
    stderr: `mksquashfs -x
using the lock
warning: slot is nearly full
  hint: Raise disk.slot.
downloading 3 packages 1 MiB of 4 MiB (25%), 113.8 KiB/s, 27 s left
downloading 3 packages 3 MiB of 4 MiB (75%), 170.7 KiB/s, 6 s left
making segments 1 of 3 (33%)
downloading 3 packages (4 MiB)
resolving
making segments (cached)
`,
  });
});

test('a minor task is shown while it runs, and nothing of it stays; --verbose has all', async () => {
  const linesOf = async (terminal: boolean, verbosity: Verbosity) => {
    const io = fakeIo({ terminal });
    const front = await openFront(io, { json: false, color: false, verbosity });
    const task = front.task('segment base', { minor: true });
    task.advance(1);
    task.done();
    front.close();
    return stripVTControlCharacters(io.written.stderr);
  };
  expect(await linesOf(false, 'normal')).toBe('');
  expect(await linesOf(false, 'verbose')).toBe('segment base\n');
  expect(await linesOf(true, 'normal')).toContain('⠋ segment base');
  expect(await linesOf(true, 'normal')).not.toContain('✔');
  expect(await linesOf(true, 'verbose')).toContain('✔ segment base');
});

test('bytes have a pace and a time left, as soon as they can be told', () => {
  const progress = {
    label: 'packages',
    options: { unit: 'bytes', total: 80 << 20 },
    done: 20 << 20,
    since: 0,
  } as const;
  expect(progressText(progress, 4000)).toBe('packages 20 MiB of 80 MiB (25%), 5 MiB/s, 12 s left');
  expect(progressText({ ...progress, done: 1 << 20 }, 4000)).toMatch(/, 256 KiB\/s, 5 min 16 s left$/);
  expect(progressText(progress, 500)).toBe('packages 20 MiB of 80 MiB (25%)');
  expect(progressText({ ...progress, options: { total: 3 }, done: 1 }, 4000)).toBe('packages 1 of 3 (33%)');
});

test('quiet: warnings and the result', async () => {
  expect(await tell({ verbosity: 'quiet' })).toEqual({
    stdout: 'a.qcow2\n',
    stderr: 'warning: slot is nearly full\n  hint: Raise disk.slot.\n',
  });
});

test('JSON events', async () => {
  const { stdout, stderr } = await tell({ json: true });
  expect(stderr).toBe('');
  expect(stdout).toBe(`{"event":"message","level":"info","text":"using the lock"}
{"event":"message","level":"warning","text":"slot is nearly full","hint":"Raise disk.slot."}
{"event":"task-start","task":1,"label":"downloading 3 packages","unit":"bytes","total":4194304}
{"event":"task-start","task":2,"label":"making segments","total":3}
{"event":"progress","task":1,"done":1048576,"total":4194304}
{"event":"progress","task":1,"done":2097152,"total":4194304}
{"event":"progress","task":1,"done":3145728,"total":4194304}
{"event":"progress","task":1,"done":4194304,"total":4194304}
{"event":"progress","task":2,"done":1,"total":3}
{"event":"task-done","task":1,"label":"downloading 3 packages","note":"4 MiB"}
{"event":"task-start","task":3,"label":"resolving"}
{"event":"task-done","task":3,"label":"resolving"}
{"event":"task-done","task":2,"label":"making segments","note":"cached"}
{"event":"result","command":"build","result":{"outputs":["a.qcow2"]}}
`);
});

test('a terminal: what ended stays, what runs is one live line, and the cursor comes back', async () => {
  const { stdout, stderr } = await tell({ terminal: true });
  expect(stdout).toBe('a.qcow2\n');
  const text = stripVTControlCharacters(stderr);
  expect(text).toContain('⠋ making segments 1 of 3 (33%)');
  for (const line of [
    'using the lock',
    '✔ downloading 3 packages 4 MiB',
    '✔ resolving',
    '✔ making segments cached',
  ]) {
    expect(text).toContain(`${line}\n`);
  }
  expect(stderr.lastIndexOf('\u001b[?25h')).toBeGreaterThan(stderr.lastIndexOf('\u001b[?25l'));
});

test.each([
  ['a dumb terminal', { TERM: 'dumb' }, 80],
  ['a terminal without a size', {}, 0],
])('%s gets plain lines', async (_what, env, columns) => {
  const io = fakeIo({ terminal: true, env: env as Record<string, string> });
  Object.assign(io.stderr, { columns });
  const front = await openFront(io, { json: false, color: false, verbosity: 'normal' });
  front.task('resolving').done();
  front.close();
  expect(io.written.stderr).toBe('resolving\n');
});

test('the live line is never wider than the terminal', () => {
  const running = ['downloading', 'compressing', 'resolving'].map((label) => ({
    label,
    options: {},
    done: 0,
    since: 0,
  }));
  expect(liveLine(running, 80, 0)).toBe('downloading · compressing · resolving');
  expect(liveLine(running, 30, 0)).toBe('downloading · compressing +1');
  expect(liveLine(running, 20, 0)).toBe('downloading +2');
  expect(liveLine(running.slice(0, 1), 6, 0)).toBe('downl…');
  for (let width = 1; width < 60; width++)
    expect(liveLine(running, width, 0).length).toBeLessThanOrEqual(Math.max(width, 4));
});

test('a person at the terminal is asked, and nothing moves meanwhile; elsewhere nobody is', async () => {
  const io = fakeIo({ terminal: true });
  const stdin = Object.assign(Readable.from([' http://mirror.example.test/debian \n']), { isTTY: true });
  const front = await openFront({ ...io, stdin }, { json: false, color: false, verbosity: 'normal' });
  front.task('packages', { unit: 'bytes' });
  expect(await front.ask?.('Which mirror?')).toBe('http://mirror.example.test/debian');
  front.close();
  expect(stripVTControlCharacters(io.written.stderr)).toContain('Which mirror? ');
  for (const options of [{ json: true }, { verbosity: 'quiet' }] as const) {
    const other = await openFront(
      { ...io, stdin },
      { json: false, color: false, verbosity: 'normal', ...options },
    );
    expect(other.ask).toBeUndefined();
  }
});
