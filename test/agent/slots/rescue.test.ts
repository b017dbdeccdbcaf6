// What the boot loader's last entry has started says nothing about the slots: neither the account of the boot nor the
// gate decides anything by it.
import { expect, test } from 'vitest';
import { passGate } from '../../../src/agent/health/gate.ts';
import { accountForBoot } from '../../../src/agent/slots/account.ts';
import { memoryHost } from '../memory-host.ts';
import { makeDisk, old, runningFrom, third } from './fixtures.ts';
import { fragileMachine } from './fragile-machine.ts';

const copyOf = <K, V>(map: ReadonlyMap<K, V>) => structuredClone(new Map(map));

test('a boot by the rescue entry is not accounted for', () => {
  // By any other entry slot B, of which no try is left, would be marked bad.
  const state = { A: 'good', B: 'try0', first: 'B' } as const;
  const account = (rescue: boolean) => {
    const disk = makeDisk(state);
    const before = copyOf(disk.media);
    const machine = fragileMachine(disk, { ...runningFrom('A', old), rescue }, new Map());
    accountForBoot(machine);
    return { changed: Buffer.compare(before.get('ab-state')!, machine.medium('ab-state')) !== 0 };
  };
  expect(account(false)).toEqual({ changed: true });
  expect(account(true)).toEqual({ changed: false });
});

test('a trial that was started by the rescue entry does not come to the gate', () => {
  const pass = (rescue: boolean) => {
    const disk = makeDisk({ B: 'try2' });
    const machine = fragileMachine(disk, { ...runningFrom('B', third), rescue }, new Map());
    const host = memoryHost({ '/usr/lib/catamaran/health.json': JSON.stringify(settings) });
    passGate({ ...machine, host });
    return host.calls;
  };
  expect(pass(false)).toContain('catamaran-agent pass');
  expect(pass(true)).toEqual([]);
});

const settings = { deadline: 100, window: 60, interval: 5, checks: [] };
