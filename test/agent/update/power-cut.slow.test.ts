// The order of writes of an update from a repository, cut at every effect, with every kind of half-written disk that a seed
// gives: the boot loader's choice afterwards is a complete version, the slot that runs has not been touched, and the
// machine takes the same update, or the next one, to its end.
import { hash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { accountForBoot } from '../../../src/agent/slots/account.ts';
import { confirmRunning } from '../../../src/agent/slots/decide.ts';
import { readRecords } from '../../../src/agent/slots/records.ts';
import { armSlot, fillSlot } from '../../../src/agent/update/install.ts';
import type { UpdateRelease } from '../../../src/agent/update/job.ts';
import type { UpdateMachine } from '../../../src/agent/update/machine.ts';
import { readInstalled, readProgress } from '../../../src/agent/update/records.ts';
import type { UpdaterSettings } from '../../../src/agent/update/settings.ts';
import { type ChunkIndex, writeChunkIndex } from '../../../src/contract/chunk-index.ts';
import { chunkingOf, listChunks } from '../../../src/release/chunking/index-images.ts';
import { envOffsets, type SlotName, slotNames, slotRole } from '../../../src/slots/constants.ts';
import { serialiseEnv } from '../../../src/slots/env.ts';
import { imageKinds, targetPath } from '../../../src/tuf/names.ts';
import { randomFrom } from '../../faults/random.ts';
import { bootSlot } from '../slots/boot-slot.ts';
import { type FragileDisk, type FragileMachine, fragileMachine, PowerCut } from '../slots/fragile-machine.ts';
import { isTrial, runInitrd } from '../slots/initrd-model.ts';
import { makeRelease, type TestRelease } from './support/releases.ts';

const cuts = 80; // more than there are effects
const seeds = 4;
const url = 'https://updates.example/lighthouse';
const range = (from: number, count: number) => Array.from({ length: count }, (_, at) => from + at);

const one = await makeRelease({ version: '1.0.0', blocks: range(0, 40) });
/** Some of its blocks are in 1.0.0, elsewhere. */
const two = await makeRelease({ version: '2.0.0', blocks: [...range(100, 20), ...range(0, 25)] });
const three = await makeRelease({
  version: '3.0.0',
  blocks: [...range(20, 20), ...range(200, 20)],
  kernel: 'another',
});
const releases = [one, two, three];
const salt = '07'.repeat(32);

/** By address, as the repository's server has it. */
const served = new Map<string, Uint8Array>();

async function publish({ version, rootHash, images }: TestRelease): Promise<UpdateRelease> {
  const put = (ending: string, bytes: Uint8Array) => {
    const sha256 = hash('sha256', bytes, 'hex');
    const target = `lighthouse-${version}-amd64.${ending}`;
    served.set(`${url}/${targetPath(target, sha256)}`, bytes);
    return { target, size: bytes.length, sha256 };
  };
  const part = (kind: (typeof imageKinds)[number]) => put(kind, images[kind]);
  const parts = { boot: part('boot'), root: part('root'), hash: part('hash') };
  const lists = imageKinds.map(async (kind) => [kind, await listChunks([images[kind]], chunkingOf[kind])]);
  const index = Object.fromEntries(await Promise.all(lists)) as ChunkIndex;
  const dataBlocks = images.root.length / 4096;
  const facts = { os: 'lighthouse', version, arch: 'amd64', roothash: rootHash, salt, dataBlocks };
  const manifest = { ...facts, epoch: 1, parts, chunks: put('chunks', writeChunkIndex(index)) };
  return { url, manifest, digest: hash('sha256', version, 'hex') };
}

type Three<T> = [T, T, T];
const byChunks = (await Promise.all(releases.map(publish))) as Three<UpdateRelease>;

function withoutChunks({ manifest, ...release }: UpdateRelease): UpdateRelease {
  const { chunks: _, ...rest } = manifest;
  return { ...release, manifest: rest };
}

/** 1.0.0 in one slot, good, and in the other whatever stood there before. */
function makeDisk(good: SlotName = 'A', before: TestRelease = three): FragileDisk {
  const media: FragileDisk['media'] = new Map();
  for (const slot of slotNames) {
    for (const part of imageKinds) {
      const bytes = new Uint8Array(800_000);
      bytes.set((slot === good ? one : before).images[part]);
      media.set(slotRole(part, slot), bytes);
    }
  }
  const state = new Uint8Array(16_384);
  const slots = { A: 'bad', B: 'bad', [good]: 'good' } as const;
  for (const offset of envOffsets) state.set(serialiseEnv({ gen: 7, first: good, ...slots }), offset);
  media.set('ab-state', state);
  return { media, files: new Map() };
}

/** The release whose bytes a slot holds, all of them. */
function holds({ media }: FragileDisk, slot: SlotName): TestRelease | undefined {
  return releases.find(({ images }) =>
    imageKinds.every((part) => {
      const bytes = media.get(slotRole(part, slot))!.subarray(0, images[part].length);
      return Buffer.compare(bytes, images[part]) === 0;
    }),
  );
}

let boots = 0;
/** A machine that runs what the boot loader has chosen, which is whole. */
function boot(disk: FragileDisk, cutAt?: number) {
  const slot = bootSlot(disk);
  const release = holds(disk, slot);
  expect(release, `slot ${slot} holds a complete version`).toBeDefined();
  const { version, rootHash } = release!;
  const running = { slot, version, rootHash, bootId: `boot ${++boots}`, rescue: false };
  const machine = fragileMachine(disk, running, served, cutAt);
  const settings: UpdaterSettings = {
    ...{
      url,
      channel: 'stable',
      pin: undefined,
      ring: 'normal',
      interval: 3600,
      reboot: 'manual',
      window: undefined,
    },
    ...{ etcd: [], etcdMachines: 1, etcdGroup: 'default', report: undefined, ca: undefined, notBefore: 0 },
  };
  const facts = { os: 'lighthouse', arch: 'amd64', machineId: 'id', now: 1_800_000_000 };
  const update: UpdateMachine = { ...machine, settings, ...facts, curl: { patience: 1 }, pause: 0 };
  return { machine, update };
}

/** From the kernel to the agent. */
function startUp(machine: FragileMachine): void {
  runInitrd(machine);
  accountForBoot(machine);
}

/** Whatever has happened: the machine boots, confirms what is on trial, and takes an update to its end. */
function expectWell(disk: FragileDisk, next: UpdateRelease, last: UpdateRelease): void {
  const { machine, update } = boot(disk);
  startUp(machine);
  confirmRunning(machine);
  const release = update.running.version === '1.0.0' ? next : last;
  const { version } = release.manifest;
  fillSlot(update, release);
  armSlot(update, release);
  const after = boot(disk);
  expect(after.update.running.version).toBe(version);
  startUp(after.machine);
  expect(isTrial(after.machine)).toBe(true);
  confirmRunning(after.machine);
  expect(readRecords(after.machine.host).last).toMatchObject({ result: 'confirmed', version });
  expect(readProgress(after.machine.host)).toBeUndefined();
  expect(readInstalled(after.machine.host).at(-1)).toMatchObject({ version });
  expect(boot(disk).update.running.version).toBe(version);
}

/** Runs it with a cut at that effect. True when the power went before its end. */
function runCut(disk: FragileDisk, [cutAt, seed]: [number, number], action: (update: UpdateMachine) => void) {
  const { machine, update } = boot(disk, cutAt);
  try {
    action(update);
    return false;
  } catch (error) {
    if (!(error instanceof PowerCut)) throw error;
    machine.cutPower(randomFrom(seed));
    return true;
  }
}

describe.each([
  ['by leaves', byChunks.map(withoutChunks) as Three<UpdateRelease>],
  // The index of what runs comes from the repository the first time.
  [
    'by chunks',
    byChunks.map((release) => ({
      ...release,
      findRunning: () => byChunks[0].manifest,
    })) as Three<UpdateRelease>,
  ],
] as const)('%s', (road, [, toTwo, toThree]) => {
  test.each([
    ['the same update again', toTwo],
    ['another one', toThree],
  ] as const)('an update, cut at every effect; then %s', (_, next) => {
    const cutsThatHappened = new Set<number>();
    for (let cutAt = 1; cutAt <= cuts; cutAt++) {
      for (let seed = 1; seed <= seeds; seed++) {
        const disk = makeDisk();
        const cut = runCut(disk, [cutAt, seed], (update) => {
          fillSlot(update, toTwo);
          armSlot(update, toTwo);
        });
        expect(holds(disk, 'A')).toBe(one);
        if (!cut) continue;
        cutsThatHappened.add(cutAt);
        expectWell(disk, next, toThree);
      }
    }
    // Two indexes are kept before anything else is written.
    const disk = makeDisk();
    runCut(disk, [6, 1], (update) => fillSlot(update, toTwo));
    const kept = [...disk.files.keys()].filter((path) => path.includes('/update/chunks/'));
    expect(kept).toHaveLength(road === 'by chunks' ? 2 : 0);
    // Two copies disarmed, one block erased, the copies and a batch with their records, hash, boot … each of them was cut.
    expect(cutsThatHappened.size).toBeGreaterThan(25);
    expect([...cutsThatHappened].at(-1)).toBe(cutsThatHappened.size);
  });

  test('an update that goes on after a cut, cut once more', () => {
    const random = randomFrom(7);
    for (let count = 0; count < 100; count++) {
      const disk = makeDisk();
      for (let cut = 0; cut < 3; cut++) {
        if (boot(disk).update.running.version !== '1.0.0') break;
        const at = 1 + Math.floor(random() * 40);
        runCut(disk, [at, Math.floor(random() * 1000)], (update) => {
          fillSlot(update, toTwo);
          armSlot(update, toTwo);
        });
        expect(holds(disk, 'A')).toBe(one);
      }
      expectWell(disk, toTwo, toThree);
    }
  });

  test('with both copies of the slot state lost as well, no half-written slot is chosen', () => {
    const fill = (update: UpdateMachine, until?: string) => {
      const reach = (point: string) => {
        if (point === until) throw new PowerCut();
      };
      fillSlot({ ...update, reach }, toThree);
      armSlot(update, toThree);
    };
    for (const until of [undefined, 'verify']) {
      for (let cutAt = 1; cutAt <= 40; cutAt++) {
        // Nothing is known of the slots then, and A is asked first.
        const disk = makeDisk('B', two);
        if (until !== undefined) runCut(disk, [cuts, 1], (update) => fill(update, until));
        runCut(disk, [cutAt, cutAt], (update) => fill(update));
        disk.media.get('ab-state')!.fill(0);
        // A first block that is torn is the boot loader's to see: test/boot/faults.test.ts.
        const slot = bootSlot(disk, (block) =>
          releases.some(({ images }) => Buffer.compare(block, images.boot.subarray(0, 4096)) === 0),
        );
        expect(holds(disk, slot), `slot ${slot} holds a complete version`).toBeDefined();
      }
    }
  });
});
