// The spec's `health` section becomes what the agent reads: every kind of check.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Health, readHealth, writeHealth } from '../../src/contract/health.ts';
import { readSpec } from '../../src/specification/read.ts';
import { anyProbe } from './any-probe.ts';

const spec = `
kernel: {image: component:kernel}
init: [component:init, component:crun, component:agent]
services: [{name: db, image: component:sshd}]
health:
  deadline: 150500ms
  checks:
    - {http: "http://127.0.0.1/healthz"}
    - {tcp: "[::1]:22", timeout: 1500ms}
    - {name: disk, command: [test, -e, /dev/sdb]}
    - {service: db, command: [pg_isready, -q]}
    - {file: /run/ready}
`;

test('each kind of check comes to the agent as the spec has it, times rounded up to seconds', () => {
  const text = writeHealth(readSpec('spec.yml', spec).health!);
  expect(readHealth(text)).toEqual({
    deadline: 151_000,
    window: 60_000,
    interval: 5000,
    checks: [
      {
        name: 'http://127.0.0.1/healthz',
        timeout: 10_000,
        probe: { kind: 'http', url: 'http://127.0.0.1/healthz' },
      },
      { name: '[::1]:22', timeout: 2000, probe: { kind: 'tcp', address: '[::1]:22' } },
      { name: 'disk', timeout: 10_000, probe: { kind: 'command', command: ['test', '-e', '/dev/sdb'] } },
      {
        name: 'db: pg_isready -q',
        timeout: 10_000,
        service: 'db',
        probe: { kind: 'command', command: ['pg_isready', '-q'] },
      },
      { name: '/run/ready', timeout: 10_000, probe: { kind: 'file', path: '/run/ready' } },
    ],
  });
  expect(JSON.parse(text).checks.slice(0, 2)).toEqual([
    { name: 'http://127.0.0.1/healthz', timeout: 10, http: 'http://127.0.0.1/healthz' },
    { name: '[::1]:22', timeout: 2, tcp: '[::1]:22' },
  ]);
  // As the guard of component:init finds it.
  expect(text).toMatch(/"deadline": 151,$/m);
});

const time = fc.integer({ min: 1, max: 1e6 }).map((seconds) => seconds * 1000);
const anyCheck = fc.record(
  { name: fc.string(), probe: anyProbe, service: fc.string({ minLength: 1 }), timeout: time },
  { requiredKeys: ['name', 'probe', 'timeout'] },
);
const anyHealth = fc.record({ deadline: time, checks: fc.array(anyCheck) }) as fc.Arbitrary<Health>;

test('what is written is read, with the format or without', () => {
  fc.assert(
    fc.property(anyHealth, (health) => {
      const text = writeHealth(health);
      expect(readHealth(text)).toEqual({ ...health, window: 60_000, interval: 5000 });
      const { format, ...old } = JSON.parse(text);
      expect(format).toBe(1);
      expect(readHealth(JSON.stringify(old))).toEqual(readHealth(text));
    }),
  );
});

test('without the section the agent has its defaults', () => {
  expect(readSpec('spec.yml', spec.slice(0, spec.indexOf('health:'))).health).toBeUndefined();
  expect(readHealth()).toEqual({ deadline: 600_000, window: 60_000, interval: 5000, checks: [] });
});

test.each([
  ['{', 'is not JSON'],
  ['{"format": 2}', 'has format 2; this program knows 1'],
  ['{"deadline": "10m"}', 'deadline is not'],
  ['{"checks": {}}', 'checks is not a list'],
  ['{"checks": [{"name": "a"}]}', 'checks[0] has not exactly one of http, tcp, command, file'],
  ['{"checks": [{"name": "a", "http": "x", "file": "/y"}]}', 'checks[0] has not exactly one of'],
  ['{"checks": [{"name": "a", "command": "true"}]}', 'checks[0] has not exactly one of'],
  ['{"checks": [{"http": "x"}]}', 'checks[0]: name is not'],
])('%s is refused', (text, message) => {
  expect(() => readHealth(text)).toThrow(message);
});
