// The gate by its rules: which answers of services, checks and programs confirm a trial, and what becomes of one that
// never gets well. Time passes when the agent sleeps, and only then.
import { expect, test } from 'vitest';
import { noteOverdue, passGate } from '../../../src/agent/health/gate.ts';
import type { Finished } from '../../../src/agent/host/host.ts';
import { confirmRunning, passRunning, rollBackSlot } from '../../../src/agent/slots/decide.ts';
import { readSlotState } from '../../../src/agent/slots/env-store.ts';
import type { SlotMachine } from '../../../src/agent/slots/machine.ts';
import { readRecords, recordPending } from '../../../src/agent/slots/records.ts';
import type { SlotState } from '../../../src/slots/state.ts';
import { memoryHost } from '../memory-host.ts';
import { filesOf, fresh, makeDisk, runningFrom, third } from '../slots/fixtures.ts';
import { fragileMachine } from '../slots/fragile-machine.ts';

const settings = {
  deadline: 100,
  window: 60,
  interval: 5,
  checks: [
    { name: 'web', http: 'http://127.0.0.1/healthz', timeout: 3 },
    { name: 'port', tcp: '[::1]:22' },
    { name: 'database', service: 'db', command: ['ready'] },
    { name: 'mark', file: '/run/mark' },
  ],
};

interface World {
  /** Seconds after boot at which the gate is started. */
  readonly begin?: number;
  /** When somebody decides over the running slot by hand, and what. */
  readonly decidedAt?: number;
  readonly decide?: (machine: SlotMachine) => void;
  /** The initrd's word. */
  readonly trial?: boolean;
  readonly state?: Partial<SlotState>;
  readonly pending?: boolean;
  /** By the words of the command that the machine runs; undefined: it succeeds. */
  readonly answer?: (command: string, seconds: number) => Partial<Finished> | undefined;
  readonly files?: (seconds: number) => Record<string, string>;
}

function passThrough({
  begin = 10,
  decidedAt = Number.POSITIVE_INFINITY,
  decide = confirmRunning,
  trial = true,
  state = { B: 'try2' },
  pending = true,
  answer = () => undefined,
  files = () => ({}),
}: World) {
  let seconds = begin;
  let decided = false;
  const disk = makeDisk(state);
  const host = memoryHost(
    {
      '/usr/lib/catamaran/health.json': JSON.stringify(settings),
      '/usr/lib/catamaran/health.d/own': '',
      '/containers/services/db/config.json': '',
      // It is not due, and nobody waits for it.
      '/containers/services/nightly/catamaran.json': '{"schedule": "30 3 * * *"}',
      '/usr/lib/catamaran/init': 'runit\n',
      ...(trial ? { '/run/catamaran/trial': '' } : {}),
    },
    (command) => {
      if (command[0] === 'sleep') seconds += Number(command[1]);
      if (command[0] === 'mv') {
        host.files.set(command.at(-1)!, host.files.get(command.at(-2)!)!);
        host.files.delete(command.at(-2)!);
      }
      if (seconds >= decidedAt && !decided) {
        decided = true;
        decide(hands);
      }
      if (command.join(' ') === 'catamaran-agent pass') passRunning(hands);
      const said = answer(command.join(' '), seconds);
      return said && { status: 1, output: '', ...said };
    },
  );
  const up = { '/run/service/db/state': 'running\n', '/run/service/db/main': '77\n' };
  const readText = (path: string) => {
    if (path === '/proc/uptime') return `${seconds} 0`;
    return { ...up, ...files(seconds) }[path] ?? host.readText(path);
  };
  const running = runningFrom('B', third);
  const machine = fragileMachine(disk, running, filesOf(fresh));
  const { rootHash, version } = running;
  if (pending) recordPending(host, { slot: 'B', version, rootHash, bootId: 'earlier', tries: 3, starts: 1 });
  const hands: SlotMachine = { ...machine, host };
  passGate({ ...machine, host: { ...host, readText } });
  const did = host.calls.filter((call) => /^(catamaran-agent|reboot)/.test(call));
  const { pending: left, last, failed } = readRecords(host);
  return {
    ...{ did, seconds, reason: left?.reason, last, failed, calls: host.calls },
    state: readSlotState(machine.partitions).state,
    passed: host.files.has('/run/catamaran/gate-passed'),
  };
}

test('healthy, and healthy again after the window: confirmed', () => {
  const { did, seconds, calls } = passThrough({});
  expect(did).toEqual(['catamaran-agent pass']);
  expect(seconds).toBe(70);
  expect(calls.filter((call) => call.includes('/limited ')).slice(0, 5)).toEqual([
    "/usr/lib/catamaran/limited 3 sh -c exec wget -q -Y off -O /dev/null 'http://127.0.0.1/healthz'",
    "/usr/lib/catamaran/limited 10 sh -c exec nc '::1' '22' -e /usr/bin/true",
    `/usr/lib/catamaran/limited 10 sh -c exec /usr/lib/catamaran/runtime exec --pid-file "$pid_file" 'db' 'ready'`,
    "/usr/lib/catamaran/limited 10 sh -c [ -e '/run/mark' ]",
    '/usr/lib/catamaran/limited 60 /usr/lib/catamaran/health.d/own',
  ]);
});

const own = (text: string) => () => ({ '/etc/catamaran/health.json': text });

test('a person’s own checks count beside those of the image, and so does their deadline', () => {
  const checks = [{ name: 'mine', file: '/run/mine', timeout: 5 }];
  const { did, calls } = passThrough({ files: own(JSON.stringify({ format: 1, deadline: 300, checks })) });
  expect(did).toEqual(['catamaran-agent pass']);
  expect(calls.filter((call) => call.includes('/run/mine'))).toHaveLength(2);
  const sick = passThrough({
    files: own(JSON.stringify({ deadline: 300, checks })),
    answer: (command) => (command.includes('/run/mine') ? { status: 1 } : undefined),
  });
  expect(sick.did[0]).toBe('reboot');
  expect(sick.reason).toContain('check mine');
  expect(sick.seconds).toBeGreaterThan(300);
});

test('what a person has written wrongly turns no good version down', () => {
  expect(passThrough({ files: own('{"checks": [{"name": "x"}]}') }).did).toEqual(['catamaran-agent pass']);
  expect(passThrough({ files: own('no JSON') }).did).toEqual(['catamaran-agent pass']);
});

test('what fails at first and gets well within the deadline is confirmed', () => {
  const { did, seconds } = passThrough({
    answer: (command, now) => (command.includes('wget') && now < 30 ? { output: 'refused\n' } : undefined),
  });
  expect(did).toEqual(['catamaran-agent pass']);
  expect(seconds).toBe(90);
});

test.each([
  [
    'a check',
    { answer: (command: string) => (command.includes('wget') ? { output: 'a\nserver error' } : undefined) },
    'check web ended with status 1: server error',
  ],
  [
    'a check that hangs',
    { answer: (command: string) => (command.includes(' nc ') ? { status: 143 } : undefined) },
    'check port did not end in time',
  ],
  [
    'a program',
    { answer: (command: string) => (command.includes('/own') ? { status: 3 } : undefined) },
    'own ended with status 3',
  ],
  [
    'a service that is down',
    { files: () => ({ '/run/service/db/state': 'pausing 8\n' }) },
    'service db is not up: pausing 8',
  ],
  [
    'a service that is not healthy',
    { files: () => ({ '/run/catamaran/health/db': 'unhealthy 12\n' }) },
    'service db is unhealthy',
  ],
  [
    'a service that starts again and again',
    { files: (now: number) => ({ '/run/service/db/main': `${now}\n` }) },
    'a service has started anew within the window',
  ],
] as const)(
  '%s keeps a trial from being confirmed: rebooted at the deadline, the reason kept',
  (_, world, reason) => {
    const { did, seconds, reason: kept } = passThrough(world);
    expect(did[0]).toBe('reboot');
    expect(kept).toBe(reason);
    // 100 after boot, and what an orderly reboot may take.
    expect(seconds).toBe(280);
  },
);

test('a data partition that takes no more does not keep a sick trial alive', () => {
  const { did } = passThrough({
    pending: true,
    answer: (command, now) =>
      command.includes('wget') || (command.startsWith('sync') && now > 10) ? {} : undefined,
  });
  expect(did[0]).toBe('reboot');
});

test('the deadline counts from boot: what comes to the gate later is looked at once', () => {
  const sick = passThrough({ begin: 500, answer: (command) => (command.includes('wget') ? {} : undefined) });
  expect(sick).toMatchObject({ seconds: 680, reason: 'check web ended with status 1' });
  const well = passThrough({ begin: 500 });
  expect(well.did[0]).toBe('reboot');
  expect(well.reason).toBe('it was healthy only when no time was left to see it stay so');
});

const sickWeb = (command: string) => (command.includes('wget') ? {} : undefined);

test('one that is confirmed by hand has passed', () => {
  const { did, state, passed } = passThrough({ decidedAt: 50, answer: sickWeb });
  expect(did).toEqual([]);
  expect(state).toMatchObject({ first: 'B', B: 'good' });
  expect(passed).toBe(true);
});

test.each([
  ['a healthy trial, within its window', {}],
  ['a sick trial', { answer: sickWeb }],
  ['a slot on probation', { trial: false, pending: false }],
] as const)('%s that a person rolls back stays rolled back, and is not rebooted by force', (_, world) => {
  const { did, state, last, passed } = passThrough({ ...world, decidedAt: 40, decide: rollBackSlot });
  expect(did.filter((call) => call.startsWith('reboot'))).toEqual([]);
  expect(state).toMatchObject({ first: 'A', A: 'good', B: 'bad' });
  expect(last).toMatchObject({ result: 'rolled back', reason: 'rolled back by command' });
  // What the guard looks at.
  expect(passed).toBe(true);
});

test('the gate’s own word counts only as long as nobody has decided', () => {
  const disk = makeDisk({ B: 'try2' });
  const machine = fragileMachine(disk, runningFrom('B', third), filesOf(fresh));
  rollBackSlot(machine);
  passRunning(machine);
  expect(readSlotState(machine.partitions).state).toMatchObject({ first: 'A', B: 'bad' });
  const other = fragileMachine(makeDisk({ B: 'try0' }), runningFrom('B', third), filesOf(fresh));
  passRunning(other);
  expect(readSlotState(other.partitions).state).toMatchObject({ first: 'B', B: 'good' });
});

test('a trial whose data is in memory is never confirmed by itself', () => {
  const files = () => ({ '/run/catamaran/data': 'memory\n' });
  for (const pending of [true, false]) {
    const { did, state, calls } = passThrough({ pending, files });
    expect(did[0]).toBe('reboot');
    expect(state.B).toBe('try2');
    expect(calls).not.toContain('catamaran-agent pass');
  }
  expect(passThrough({ files }).reason).toContain('the data partition is not mounted: /var is in memory');
  // A person may.
  expect(passThrough({ files, decidedAt: 50 })).toMatchObject({ did: [], state: { B: 'good' } });
});

test('a trial whose record is lost is a trial all the same', () => {
  const { did, state } = passThrough({ pending: false, answer: sickWeb });
  expect(did[0]).toBe('reboot');
  expect(state.B).toBe('try2');
});

test('the guard says why only where the gate has not', () => {
  const host = memoryHost({}, (command) => {
    if (command[0] === 'mv') host.files.set(command.at(-1)!, host.files.get(command.at(-2)!)!);
    return undefined;
  });
  noteOverdue(host, 'nothing is on its way');
  expect(host.files.size).toBe(0);
  const pending = {
    slot: 'B',
    version: '3.0.0',
    rootHash: 'ab',
    bootId: 'earlier',
    tries: 3,
    starts: 1,
  } as const;
  recordPending(host, pending);
  noteOverdue(host, 'first');
  noteOverdue(host, 'second');
  expect(readRecords(host).pending).toEqual({ ...pending, reason: 'first' });
});

test('a slot that is good has no gate', () => {
  expect(passThrough({ state: { B: 'good' } })).toMatchObject({ did: [], seconds: 10 });
});

test('one that was good before only has to stay up: no check may cost it, nor its data', () => {
  const files = () => ({ '/run/catamaran/data': 'memory\n' });
  const sick = passThrough({ trial: false, pending: false, answer: sickWeb, files });
  expect(sick).toMatchObject({ did: ['catamaran-agent pass'], seconds: 70, state: { B: 'good' } });
});
