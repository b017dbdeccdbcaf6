import { expect, test } from 'vitest';
import { renderSteps } from '../../src/cli/commands/plan.ts';
import { countChanges, renderChanges } from '../../src/cli/lock-report.ts';
import { makePaint } from '../../src/cli/paint.ts';

const plain = makePaint(false);

test('a plan: what is cached, what runs and why; many reasons are counted', () => {
  const steps = [
    { id: 'component sshd', key: 'a', cached: true, reasons: [] },
    { id: 'base', key: 'b', cached: false, reasons: ['file etc/motd changed'] },
    { id: 'qcow2 image', key: 'c', cached: false, reasons: ['os', 'version', 'cmdline', 'slot', 'data'] },
  ];
  expect(renderSteps(steps, plain)).toBe(`cached  component sshd
run     base            file etc/motd changed
run     qcow2 image     os, version, cmdline, 2 more
2 of 3 steps to run
`);
  expect(renderSteps(steps.slice(0, 1), plain)).toBe('cached  component sshd\nnothing to do\n');
});

test('what changed in a lock', () => {
  const changes = [
    { what: 'added', name: 'amd64: crun', after: '1.21-1' },
    { what: 'changed', name: 'amd64: libc6', before: '2.41-12', after: '2.41-12+deb13u4' },
    { what: 'removed', name: 'amd64: runc', before: '1.1.15' },
  ] as const;
  expect(countChanges(changes)).toBe('1 added, 1 changed, 1 removed');
  expect(renderChanges(changes)).toBe(`+ amd64: crun   1.21-1
~ amd64: libc6  2.41-12 → 2.41-12+deb13u4
- amd64: runc   1.1.15
`);
  expect(countChanges([])).toBe('');
  expect(renderChanges([])).toBe('');
});
