// Services are stopped together, each after what depends on it; and how long a shutdown may take, and a log may grow.
import { expect, test } from 'vitest';
import { logFileSize } from '../../../src/agent/services/log-bounds.ts';
import { shutdownLimit, stopWaves } from '../../../src/agent/services/stop-order.ts';

const service = (name: string, dependsOn: string[] = [], timeout = 10_000) => ({
  name,
  dependsOn,
  stop: { signal: 'SIGTERM', timeout },
});

test('what nothing depends on goes first, all at once', () => {
  expect(stopWaves([])).toEqual([]);
  expect(stopWaves(['dhcp', 'sshd'].map((name) => service(name)))).toEqual([['dhcp', 'sshd']]);
  const chain = [service('db'), service('web', ['db']), service('proxy', ['web', 'absent']), service('sshd')];
  expect(stopWaves(chain)).toEqual([['proxy', 'sshd'], ['web'], ['db']]);
});

test('a circle, which no spec has, comes to its end', () => {
  expect(stopWaves([service('a', ['b']), service('b', ['a']), service('c')])).toEqual([['c'], ['a', 'b']]);
});

test('90 seconds, or as long as the services in their order ask for and half a minute', () => {
  expect(shutdownLimit([])).toBe(90);
  expect(shutdownLimit([service('a', [], 50_000), service('b', [], 60_000)])).toBe(90);
  expect(shutdownLimit([service('db', [], 300_000), service('web', ['db'], 60_000)])).toBe(390);
});

test('all logs take a tenth of /var, each file between 16 KB and 1 MB', () => {
  const mebibyte = 1024;
  expect(logFileSize(undefined, 3)).toBe(1_000_000);
  expect(logFileSize(100_000 * mebibyte, 10)).toBe(1_000_000);
  expect(logFileSize(64 * mebibyte, 4)).toBe(Math.floor((64 * 1024 * 1024) / 10 / 5 / 6));
  expect(logFileSize(1 * mebibyte, 100)).toBe(16_384);
});
