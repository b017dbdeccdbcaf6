// catamaran.json of a bundle, there and back, and what a bundle without one gets.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  readOnceSettings,
  readServiceSettings,
  type ServiceSettings,
  writeOnceSettings,
  writeServiceSettings,
} from '../../src/contract/supervision.ts';
import { anyProbe } from './any-probe.ts';

const time = fc.nat(1e9);
const anyHealth = fc.record({ probe: anyProbe, interval: time, timeout: time, retries: fc.nat(100) });
const anySettings = fc.record(
  {
    order: fc.nat(1000),
    dependsOn: fc.array(fc.string()),
    restart: fc.record({
      policy: fc.constantFrom('always', 'on-failure', 'never'),
      backoff: fc.record({ initial: time, max: time, reset: time }),
    }),
    stop: fc.record({ signal: fc.constantFrom('SIGTERM', 'SIGRTMIN+3'), timeout: time }),
    health: anyHealth,
  },
  { requiredKeys: ['order', 'dependsOn', 'restart', 'stop'] },
) as fc.Arbitrary<ServiceSettings>;

const withoutFormat = (text: string) => {
  const { format, ...old } = JSON.parse(text);
  expect(format).toBe(1);
  return JSON.stringify(old);
};

test('what is written is read, with the format or without', () => {
  fc.assert(
    fc.property(anySettings, (settings) => {
      const text = writeServiceSettings(settings);
      expect(readServiceSettings(text, 'it')).toEqual(settings);
      expect(readServiceSettings(withoutFormat(text), 'it')).toEqual(settings);
    }),
  );
  for (const optional of [true, false]) {
    const text = writeOnceSettings({ optional });
    expect(readOnceSettings(text, 'it')).toEqual({ optional });
    expect(readOnceSettings(withoutFormat(text), 'it')).toEqual({ optional });
  }
});

test('a bundle of LinuxKit’s, without the file, has the defaults of the spec', () => {
  expect(readOnceSettings(undefined, 'it')).toEqual({ optional: false });
  expect(readServiceSettings(undefined, 'it')).toEqual({
    order: 0,
    dependsOn: [],
    restart: { policy: 'always', backoff: { initial: 1000, max: 60_000, reset: 60_000 } },
    stop: { signal: 'SIGTERM', timeout: 10_000 },
  });
});

describe('refused is', () => {
  test.each([
    ['{', 'it is not JSON'],
    ['{"format": 2}', 'it has format 2; this program knows 1'],
    ['{"order": -1}', 'it: order is not'],
    ['{"dependsOn": "db"}', 'it: dependsOn is not a list'],
    ['{"dependsOn": [1]}', 'it: dependsOn is not a list of names'],
    ['{"restart": {"policy": "sometimes"}}', 'it: restart: policy is none of always'],
    ['{"restart": {"backoff": {"max": "60s"}}}', 'it: restart: backoff: max is not'],
    ['{"stop": {"signal": "TERM; reboot"}}', 'it: stop: signal is not'],
    ['{"health": {}}', 'it: health: probe is not an object'],
    ['{"health": {"probe": {"kind": "smell"}}}', 'it: health: probe is of no known kind: "smell"'],
    ['{"health": {"probe": {"kind": "http", "url": 7}}}', 'it: health: probe is of no known kind'],
  ])('%s of a service', (text, message) => {
    expect(() => readServiceSettings(text, 'it')).toThrow(message);
  });

  test('what is no answer to whether the boot goes on', () => {
    expect(() => readOnceSettings('{"optional": "yes"}', 'it')).toThrow('it: optional is not true or false');
  });
});
