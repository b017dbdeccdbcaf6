import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { CatamaranError, type Fault } from '../../src/base/errors.ts';
import { exitCodes } from '../../src/base/exit-codes.ts';
import { perform } from '../../src/cli/execute.ts';
import { completeGlobals } from '../../src/cli/options.ts';
import type { Session } from '../../src/cli/session.ts';
import { type FakeIo, fakeIo } from './fake-io.ts';

function run(
  io: FakeIo,
  work: (session: Session) => Promise<void>,
  options: { json?: true; verbose?: true; quiet?: true } = {},
) {
  return perform(work, completeGlobals({ color: true, ...options }, io), io);
}

/** Work that ends when it is told to, as a download or a child process does. */
const obedient = async ({ signal }: Session) => {
  await sleep(60_000, undefined, { signal });
};

test.each(Object.entries(exitCodes) as [Fault, number][])(
  'fault %s gives exit code %i',
  async (fault, expected) => {
    const io = fakeIo();
    const code = await run(io, async () => {
      throw new CatamaranError(fault, {
        code: 'spec-malformed',
        message: 'it went wrong',
        hint: 'Do better.',
      });
    });
    expect(code).toBe(expected);
    expect(io.written.stderr).toContain('it went wrong');
    expect(io.written.stderr).toContain('Do better.');
    expect(io.written.stdout).toBe('');
  },
);

test('each fault has an exit code of its own', () => {
  const codes = Object.values(exitCodes);
  expect(new Set(codes).size).toBe(codes.length);
});

test('several errors are counted', async () => {
  const io = fakeIo();
  await run(io, async () => {
    throw new CatamaranError('spec', [
      { code: 'spec-malformed', message: 'the first' },
      { code: 'spec-key', message: 'the second' },
    ]);
  });
  expect(io.written.stderr).toMatch(/the first[\s\S]*the second[\s\S]*\n2 errors\n$/);
});

test('anything else that is thrown is our bug: a line, a remedy, and a stack only with --verbose', async () => {
  const bug = async () => {
    throw new TypeError('x is not a function', { cause: new Error('deeper') });
  };
  const short = fakeIo();
  expect(await run(short, bug)).toBe(1);
  expect(short.written.stderr).toContain('this is a bug in Catamaran');
  expect(short.written.stderr).toContain('x is not a function');
  expect(short.written.stderr).toContain('--verbose');
  expect(short.written.stderr).not.toContain('execute.test.ts');

  const long = fakeIo();
  expect(await run(long, bug, { verbose: true })).toBe(1);
  expect(long.written.stderr).toContain('execute.test.ts');
  expect(long.written.stderr).toContain('caused by Error: deeper');
});

test.each(['a string', undefined, null, 42])('even %j may be thrown', async (thrown) => {
  const io = fakeIo();
  expect(
    await run(io, async () => {
      throw thrown;
    }),
  ).toBe(1);
  expect(io.written.stderr).toContain(String(thrown));
});

test('a full disk is this machine’s doing, wherever it shows', async () => {
  const io = fakeIo();
  const code = await run(io, async () => {
    throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
  });
  expect(code).toBe(exitCodes.environment);
  expect(io.written.stderr).toContain('no space left on the disk');
});

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('%s tells the command to stop: exit code %i', async (signal, expected) => {
  const io = fakeIo();
  const code = run(io, obedient);
  await sleep(0);
  io.send(signal);
  expect(await code).toBe(expected);
  expect(io.deaths).toEqual([]);
  expect(io.written.stderr).toContain('interrupted');
  expect(io.written.stderr).not.toContain('bug');
});

test('a second SIGINT kills', async () => {
  const io = fakeIo();
  let release = () => {};
  const code = run(io, () => new Promise<void>((resolve) => (release = resolve)));
  await sleep(0);
  io.send('SIGINT');
  expect(io.deaths).toEqual([]);
  io.send('SIGINT');
  expect(io.deaths).toEqual(['SIGINT']);
  release();
  expect(await code).toBe(130);
});

test('signals after the end are not ours any more', async () => {
  const io = fakeIo();
  expect(await run(io, async () => {})).toBe(0);
  io.send('SIGINT');
  expect(io.deaths).toEqual([]);
  expect(io.written.stderr).toBe('');
});

test('a reader that goes away ends the command silently', async () => {
  const io = fakeIo({ closedStdout: true });
  const code = await run(io, async (session) => {
    session.front.result('test', {}, 'nobody reads this\n');
    await obedient(session);
  });
  expect(code).toBe(141);
  expect(io.written.stderr).toBe('');
});

test('with --json the error is an event, and an interruption too', async () => {
  const io = fakeIo();
  const code = run(io, obedient, { json: true });
  await sleep(0);
  io.send('SIGINT');
  expect(await code).toBe(130);
  const events = io.written.stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(events.map(({ event }) => event)).toEqual(['message', 'error']);
  expect(events[1]).toMatchObject({
    fault: 'interrupted',
    exitCode: 130,
    diagnostics: [{ code: 'interrupted' }],
  });
  expect(io.written.stderr).toBe('');
});
