// The spec's `health` section becomes what the agent reads: every kind of check, in the agent's own words.
import { expect, test } from 'vitest';
import { readHealthSettings } from '../../src/agent/health/settings.ts';
import { printHealth } from '../../src/image/health-file.ts';
import { readSpec } from '../../src/specification/read.ts';
import { memoryHost } from '../agent/memory-host.ts';

const spec = `
kernel: {image: component:kernel}
init: [component:init]
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
  const { health } = readSpec('spec.yml', spec);
  const settings = readHealthSettings(memoryHost({ '/usr/lib/catamaran/health.json': printHealth(health)! }));
  expect(settings).toEqual({
    deadline: 151,
    window: 60,
    interval: 5,
    checks: [
      { name: 'http://127.0.0.1/healthz', timeout: 10, http: 'http://127.0.0.1/healthz' },
      { name: '[::1]:22', timeout: 2, tcp: '[::1]:22' },
      { name: 'disk', timeout: 10, command: ['test', '-e', '/dev/sdb'] },
      { name: 'db: pg_isready -q', timeout: 10, service: 'db', command: ['pg_isready', '-q'] },
      { name: '/run/ready', timeout: 10, file: '/run/ready' },
    ],
  });
});

test('without the section there is no file, and the agent has its defaults', () => {
  expect(printHealth(undefined)).toBeUndefined();
  expect(readHealthSettings(memoryHost({}))).toEqual({ deadline: 600, window: 60, interval: 5, checks: [] });
});
