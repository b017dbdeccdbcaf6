// The gate by its rules: which answers of services, checks and programs confirm a trial, and what becomes of one that
// never gets well. Time passes when the agent sleeps, and only then.
import { expect, test } from 'vitest';
import { passGate } from '../../../src/agent/health/gate.ts';
import type { Finished } from '../../../src/agent/host.ts';
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
  readonly state?: Partial<SlotState>;
  readonly pending?: boolean;
  /** By the words of the command that the machine runs; undefined: it succeeds. */
  readonly answer?: (command: string, seconds: number) => Partial<Finished> | undefined;
  readonly files?: (seconds: number) => Record<string, string>;
}

function passThrough({
  state = { B: 'try2' },
  pending = true,
  answer = () => undefined,
  files = () => ({}),
}: World) {
  let seconds = 10;
  let uptime = () => seconds;
  const host = memoryHost(
    {
      '/usr/lib/catamaran/health.json': JSON.stringify(settings),
      '/usr/lib/catamaran/health.d/own': '',
      '/containers/services/db/config.json': '',
    },
    (command) => {
      if (command[0] === 'sleep') seconds += Number(command[1]);
      if (command[0] === 'mv') {
        host.files.set(command.at(-1)!, host.files.get(command.at(-2)!)!);
        host.files.delete(command.at(-2)!);
      }
      const said = answer(command.join(' '), seconds);
      return said && { status: 1, output: '', ...said };
    },
  );
  const up = { '/run/service/db/state': 'running\n', '/run/service/db/main': '77\n' };
  const readText = (path: string) => {
    if (path === '/proc/uptime') return `${uptime()} 0`;
    return { ...up, ...files(seconds) }[path] ?? host.readText(path);
  };
  const running = runningFrom('B', third);
  const machine = fragileMachine(makeDisk(state), running, filesOf(fresh));
  const { rootHash, version } = running;
  if (pending) recordPending(host, { slot: 'B', version, rootHash, bootId: 'earlier', starts: 1 });
  passGate({ ...machine, host: { ...host, readText } });
  uptime = () => seconds;
  const did = host.calls.filter((call) => /^(catamaran-agent|reboot)/.test(call));
  return { did, seconds, reason: readRecords(host).pending?.reason, calls: host.calls };
}

test('healthy, and healthy again after the window: confirmed', () => {
  const { did, seconds, calls } = passThrough({});
  expect(did).toEqual(['catamaran-agent confirm']);
  expect(seconds).toBe(70);
  expect(calls.filter((call) => call.startsWith('timeout')).slice(0, 5)).toEqual([
    'timeout -k 2 3 wget -q -T 3 -O /dev/null http://127.0.0.1/healthz',
    'timeout -k 2 10 nc -w 10 -e /bin/true ::1 22',
    'timeout -k 2 10 /usr/lib/catamaran/runtime exec db ready',
    'timeout -k 2 10 test -e /run/mark',
    'timeout -k 2 60 /usr/lib/catamaran/health.d/own',
  ]);
});

test('what fails at first and gets well within the deadline is confirmed', () => {
  const { did, seconds } = passThrough({
    answer: (command, now) => (command.includes('wget') && now < 30 ? { output: 'refused\n' } : undefined),
  });
  expect(did).toEqual(['catamaran-agent confirm']);
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
    expect(seconds).toBeGreaterThanOrEqual(110);
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

test('a slot that is good has no gate', () => {
  expect(passThrough({ state: { B: 'good' } })).toMatchObject({ did: [], seconds: 10 });
});

test('one that was good before only has to stay up: no check may cost it', () => {
  const sick = passThrough({
    pending: false,
    answer: (command) => (command.includes('wget') ? {} : undefined),
  });
  expect(sick).toMatchObject({ did: ['catamaran-agent confirm'], seconds: 70 });
});
