// What a machine does about a pointer.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decide, decidePinned, type MachineState, raiseFloor } from '../../src/tuf/decide.ts';
import { type ChannelPointer, parsePointer, writePointer } from '../../src/tuf/pointer.ts';
import type { ReleaseRef } from '../../src/tuf/release-ref.ts';
import { verdictOf } from './support/machine.ts';

const hash = (version: string) => Buffer.from(version).toString('hex').padStart(64, '0');
const release = (version: string, epoch = 1, minFrom?: string): ReleaseRef => ({
  version,
  epoch,
  ...(minFrom === undefined ? {} : { minFrom }),
  manifest: { name: `os-${version}-amd64.manifest.json`, size: 500, sha256: hash(version) },
});
const pointer: ChannelPointer = {
  channel: 'stable',
  arch: 'amd64',
  seq: 1,
  release: release('1.4.0'),
  stones: [],
  rollout: { salt: 'k3f9', start: 1000, points: [[0, 10_000]] },
  halted: false,
  rollback: false,
  floorEpoch: 0,
};
const machine: MachineState = {
  machineId: 'd41d8cd98f00b204e9800998ecf8427e',
  ring: 'normal',
  running: { version: '1.3.0', epoch: 1 },
  floorEpoch: 0,
  failed: [],
  now: 2000,
};
const stay = (reason: string) => ({ action: 'stay', reason });

test('a newer release is installed, the same one and an older one are not', () => {
  expect(decide(pointer, machine)).toEqual({ action: 'install', release: pointer.release, via: 'pointer' });
  const running = (version: string) => ({ ...machine, running: { version, epoch: 1 } });
  expect(decide(pointer, running('1.4.0'))).toEqual(stay('current'));
  expect(decide(pointer, running('1.5.0'))).toEqual(stay('newer'));
  expect(decide(pointer, running('1.4.0~rc1')).action).toBe('install');
});

test('a halt stops both ways', () => {
  expect(decide({ ...pointer, halted: true }, machine)).toEqual(stay('halted'));
  const newer = { ...machine, running: { version: '2', epoch: 1 } };
  expect(decide({ ...pointer, halted: true, rollback: true }, newer)).toEqual(stay('halted'));
});

test('a rollback goes back, as far as the epochs allow', () => {
  const back = { ...pointer, rollback: true };
  const newer = (epoch: number, floorEpoch = 0) => ({
    ...machine,
    running: { version: '1.5.0', epoch },
    floorEpoch,
  });
  expect(decide(back, newer(1))).toEqual({ action: 'install', release: back.release, via: 'rollback' });
  expect(decide(back, newer(2))).toEqual(stay('epoch'));
  expect(decide(back, newer(1, 2))).toEqual(stay('epoch'));
  // A rollback pointer brings machines that are older forward.
  expect(decide(back, machine)).toMatchObject({ action: 'install', via: 'pointer' });
});

test('nothing below the floor, nothing that failed here', () => {
  expect(decide(pointer, { ...machine, floorEpoch: 2 })).toEqual(stay('epoch'));
  expect(decide(pointer, { ...machine, failed: [hash('1.4.0')] })).toEqual(stay('failed'));
  expect(decide(pointer, { ...machine, failed: [hash('1.3.9')] }).action).toBe('install');
});

test('stepping stones: the newest release that takes this version, step by step', () => {
  const far = {
    ...pointer,
    release: release('3.0', 1, '2.0'),
    stones: [release('2.5', 1, '1.9'), release('1.9', 1, '1.0')],
  };
  const step = (version: string) => decide(far, { ...machine, running: { version, epoch: 1 } });
  expect(step('1.2')).toMatchObject({ release: { version: '1.9' }, via: 'stone' });
  expect(step('1.9')).toMatchObject({ release: { version: '2.5' }, via: 'stone' });
  expect(step('2.1')).toMatchObject({ release: { version: '3.0' }, via: 'pointer' });
  expect(step('0.9')).toEqual(stay('stranded'));
});

test('stepping stones obey floors and failures too', () => {
  const far = { ...pointer, release: release('3.0', 2, '2.0'), stones: [release('2.0', 1)] };
  expect(decide(far, { ...machine, floorEpoch: 2 })).toEqual(stay('epoch'));
  expect(decide(far, { ...machine, failed: [hash('2.0')] })).toEqual(stay('failed'));
});

test('a machine waits for its turn, and is told when it comes', () => {
  const slow: ChannelPointer = {
    ...pointer,
    rollout: {
      salt: 'k3f9',
      start: 1000,
      points: [
        [0, 100],
        [10_000, 10_000],
      ],
    },
  };
  const at = (now: number, ring: MachineState['ring']) => decide(slow, { ...machine, now, ring });
  expect(at(1000, 'canary').action).toBe('install');
  expect(at(999, 'canary')).toEqual({ ...stay('waiting'), until: 1000 });
  expect(at(10_998, 'late')).toEqual({ ...stay('waiting'), until: 10_999 });
  expect(at(11_000, 'late').action).toBe('install');
  expect(at(1000, 99).action).toBe('install');
  expect(at(1000, 100)).toMatchObject(stay('waiting'));
  const paused: ChannelPointer = { ...slow, rollout: { salt: 'k3f9', start: 1000, points: [[0, 100]] } };
  expect(decide(paused, { ...machine, now: 1e9, ring: 'late' })).toEqual(stay('waiting'));
});

test('the floor rises to what the channel asks, never above what runs, and never falls', () => {
  const at = (floor: number, epoch: number, asked: number) =>
    raiseFloor({ running: { version: '1', epoch }, floorEpoch: floor }, { floorEpoch: asked });
  expect(at(0, 3, 2)).toBe(2);
  expect(at(0, 3, 9)).toBe(3);
  expect(at(5, 3, 2)).toBe(5);
});

const anyVersion = fc.tuple(fc.nat(3), fc.nat(9)).map(([a, b]) => `${a}.${b}`);
const anyRelease = fc
  .tuple(anyVersion, fc.nat(3), fc.option(anyVersion))
  .map(([version, epoch, minFrom]) => release(version, epoch, minFrom ?? undefined));
const anyPointer: fc.Arbitrary<ChannelPointer> = fc
  .record({
    seq: fc.integer({ min: 1, max: 1e6 }),
    release: anyRelease,
    stones: fc.array(anyRelease, { maxLength: 3 }),
    halted: fc.boolean(),
    rollback: fc.boolean(),
    floorEpoch: fc.nat(3),
  })
  .map((changes) => ({ ...pointer, ...changes }));

test('whatever a pointer says: never below the floor, never what failed, never back without its word', () => {
  fc.assert(
    fc.property(anyPointer, anyVersion, fc.nat(3), fc.nat(3), (any, version, epoch, floorEpoch) => {
      const failed = [hash('1.1'), hash('2.2')];
      const decision = decide(any, { ...machine, running: { version, epoch }, floorEpoch, failed });
      if (decision.action === 'stay') return;
      expect(any.halted).toBe(false);
      expect(decision.release.epoch).toBeGreaterThanOrEqual(Math.max(epoch, floorEpoch));
      expect(failed).not.toContain(decision.release.manifest.sha256);
      expect(decision.via === 'rollback').toBe(Number(decision.release.version) < Number(version));
      if (decision.via === 'rollback') expect(any.rollback).toBe(true);
    }),
    { numRuns: 2000 },
  );
});

test('a pointer is written and read', () => {
  fc.assert(
    fc.property(anyPointer, (any) => {
      expect(parsePointer(writePointer(any), 'p')).toEqual(any);
    }),
  );
});

test('a pointer of a later schema is refused, one with unknown members is not', () => {
  const text = Buffer.from(writePointer(pointer)).toString();
  const later = text.replace('"schema":1', '"schema":2');
  expect(verdictOf(() => parsePointer(Buffer.from(later), 'p'))).toBe('schema');
  const more = text.replace('"seq":1', '"seq":1,"since":1');
  expect(parsePointer(Buffer.from(more), 'p')).toEqual(pointer);
  for (const [good, bad] of [
    ['"halted":false', '"halted":0'],
    ['[[0,10000]]', '[]'],
    ['[[0,10000]]', '[[0,10001]]'],
    ['[[0,10000]]', '[[0,1,2]]'],
    ['"epoch":1', '"epoch":-1'],
    ['"version":"1.4.0"', '"version":"../1"'],
  ] as const) {
    const bent = text.replace(good, bad);
    expect(verdictOf(() => parsePointer(Buffer.from(bent), 'p'))).toBe('malformed');
  }
});

test('a person’s release is installed whatever the channel says, but for a floor and for what failed here', () => {
  for (const version of ['1.2.0', '1.4.0']) {
    const pin = release(version);
    expect(decidePinned(pin, machine)).toEqual({ action: 'install', release: pin, via: 'pin' });
    expect(decidePinned(pin, { ...machine, floorEpoch: 2 })).toEqual(stay('epoch'));
    expect(decidePinned(pin, { ...machine, failed: [hash(version)] })).toEqual(stay('failed'));
  }
  expect(decidePinned(release('1.3.0'), machine)).toEqual(stay('current'));
});
