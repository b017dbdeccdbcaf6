// What `stage` refuses, before it writes a byte, and what it finds out after it has written.
import { expect, test } from 'vitest';
import { readSlotRelease } from '../../../src/agent/slots/boot-archive.ts';
import { type StageOptions, stage } from '../../../src/agent/slots/stage.ts';
import { readSlotStatus } from '../../../src/agent/slots/status.ts';
import { releaseParts, writeReleaseManifest } from '../../../src/contract/release-manifest.ts';
import { slotRole } from '../../../src/slots/constants.ts';
import { filesOf, fresh, holds, makeDisk, old, runningFrom, type TestDisk } from './fixtures.ts';
import { fragileMachine } from './fragile-machine.ts';

const options: StageOptions = { from: '/mnt', tries: 2, force: false };

function attempt(disk: TestDisk, files = filesOf(fresh), changes: Partial<StageOptions> = {}) {
  const machine = fragileMachine(disk, runningFrom('A', old), files);
  return { machine, run: () => stage(machine, { ...options, ...changes }) };
}

const media = (disk: TestDisk) =>
  [...disk.media].map(([role, bytes]) => [role, Buffer.from(bytes).toString('base64')]);

function expectRefused(disk: TestDisk, message: string | RegExp, files?: Map<string, Uint8Array>): void {
  const before = media(disk);
  const { machine, run } = attempt(disk, files);
  expect(run).toThrow(message);
  expect(media(disk)).toEqual(before);
  expect(machine.effects()).toBe(0);
}

const manifestWith = (changes: object) => {
  const files = filesOf(fresh);
  const written = JSON.parse(writeReleaseManifest(fresh.manifest));
  return files.set('/mnt/manifest.json', Buffer.from(JSON.stringify({ ...written, ...changes })));
};

test('a release is written to the other slot, verified and armed', () => {
  const disk = makeDisk({ B: 'good', first: 'A' });
  const { machine, run } = attempt(disk);
  run();
  expect(holds(disk, 'A')).toBe(old);
  expect(holds(disk, 'B')).toBe(fresh);
  expect(readSlotStatus(machine)).toMatchObject({
    slot: 'A',
    slots: { A: { status: 'good', version: '1.0.0' }, B: { status: 'try2', tries: 2, version: '2.0.0' } },
    next: 'B',
    state: 'whole',
    pending: { slot: 'B', version: '2.0.0', rootHash: fresh.manifest.roothash, starts: 0 },
  });
});

test.each(['try2', 'try0', 'bad', 'none'] as const)('not while the running slot is %s', (A) => {
  expectRefused(makeDisk({ A, B: 'good' }), `slot A, which runs, is ${A} and not good`);
});

test('not what is of another system, another machine or another format', () => {
  expectRefused(
    makeDisk(),
    'a release of tanker, and this machine runs twin',
    manifestWith({ os: 'tanker' }),
  );
  expectRefused(
    makeDisk(),
    'a release for arm64, and this machine is amd64',
    manifestWith({ arch: 'arm64' }),
  );
  expectRefused(makeDisk(), /manifest\.json has schema 2; this program/, manifestWith({ schema: 2 }));
  expectRefused(makeDisk(), /manifest\.json has format 2; this program/, manifestWith({ format: 2 }));
  expectRefused(makeDisk(), '/mnt holds no release', new Map());
});

test('not what is larger than its partition: nothing is erased for it', () => {
  const disk = makeDisk();
  disk.media.set('boot-b', new Uint8Array(8192));
  expectRefused(disk, /the boot image has \d+ bytes, its partition 8192/);
});

test.each(releaseParts)('not with a %s image that is damaged or cut short where it lies', (part) => {
  const path = `/mnt/${part}.img`;
  const damaged = filesOf(fresh);
  damaged.set(
    path,
    damaged.get(path)!.map((byte, at) => (at === 5000 ? byte ^ 1 : byte)),
  );
  expectRefused(makeDisk(), `${path} is damaged`, damaged);
  const short = filesOf(fresh);
  expectRefused(makeDisk(), 'and the manifest says', short.set(path, short.get(path)!.subarray(0, 4096)));
});

test('a disk that does not keep what is written: not armed', () => {
  const disk = makeDisk();
  const { machine, run } = attempt(disk);
  const { flush } = machine.partitions;
  machine.partitions.flush = (role) => {
    flush(role);
    if (role === slotRole('root', 'B')) disk.media.get(role)![9000] = fresh.images.root[9000]! ^ 4;
  };
  expect(run).toThrow('root-b does not read as it was written');
  expect(readSlotStatus(machine)).toMatchObject({
    slots: { A: { status: 'good' }, B: { status: 'none' } },
    next: 'A',
  });
});

test('what does not read back loses its boot archive again: it could be started once the slot state is lost', () => {
  const disk = makeDisk();
  const { machine, run } = attempt(disk);
  machine.partitions.verify = () => {
    expect(holds(disk, 'B')).toBe(fresh);
    throw new Error('dm-verity refuses it');
  };
  expect(run).toThrow('dm-verity refuses it');
  expect(
    disk.media
      .get('boot-b')!
      .subarray(0, 4096)
      .every((byte) => byte === 0),
  ).toBe(true);
  expect(readSlotRelease(machine.partitions, 'B')).toBeUndefined();
});
