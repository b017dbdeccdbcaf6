// The boot image into its partition, all but its first block, which is held back on the spool until everything else is on
// the medium: without it the boot loader finds no boot archive in the slot.

import { slotRole } from '../../slots/constants.ts';
import { planChunks } from '../../verity/chunk-delta.ts';
import { verityBlockSize } from '../../verity/superblock.ts';
import type { Move } from '../host/host.ts';
import { AgentError, runOrThrow } from '../host/host.ts';
import { readRange } from '../host/read-range.ts';
import { deviceOf } from '../slots/device.ts';
import { type BootPlan, headSize, planBoot } from './boot-image.ts';
import { copyFromRunning } from './copy-running.ts';
import { spool } from './durable.ts';
import { type ByteRange, fetchRanges, fetchWhole, makeBatches, RangesRefused } from './fetch-ranges.ts';
import { Damaged, type Job } from './job.ts';
import type { UpdateMachine } from './machine.ts';

/** The image's beginning. */
const headPath = `${spool}/boot-head`;
const wholePath = `${spool}/boot.img`;
const window = 4096;

export function writeBoot(machine: UpdateMachine, job: Job): void {
  const { host } = machine;
  const { size, sha256 } = job.manifest.parts.boot;
  const to = deviceOf(host, slotRole('boot', job.target));
  try {
    if (job.chunks !== undefined && tryGuess(machine, job, to)) return;
    if (job.delta && tryGuess(machine, { ...job, chunks: undefined }, to)) return;
    const url = job.addressOf('boot');
    fetchHead(machine, url, size);
    const rest = [{ offset: headEnd(size), size: size - headEnd(size) }];
    for (const batch of makeBatches(rest)) fetchRanges(machine, url, batch, to);
  } catch (error) {
    if (!(error instanceof RangesRefused)) throw error;
    fetchWhole(machine, job.addressOf('boot'), size, wholePath);
    host.writeFile(headPath, new Uint8Array(headEnd(size)));
    host.transfer(wholePath, headPath, [{ from: 0, to: 0, size: headEnd(size) }]);
    host.transfer(wholePath, to, clip([{ from: 0, to: 0, size }], headEnd(size)));
    host.removeFile(wholePath);
  }
  writeHead(machine, to, size);
  if (digestWithHead(machine, to, size) !== sha256)
    throw new AgentError(
      `${job.addressOf('boot')} does not read as it was fetched; the repository is damaged, or this disk is failing`,
      { code: 'release-damaged', fault: 'integrity' },
    );
}

/** The last thing that a slot gets, and only when all else is there. */
export function writeFirstBlock({ host, partitions }: UpdateMachine, { target, manifest }: Job): void {
  const role = slotRole('boot', target);
  const size = Math.min(verityBlockSize, manifest.parts.boot.size);
  host.transfer(headPath, deviceOf(host, role), [{ from: 0, to: 0, size }]);
  partitions.flush(role);
  host.removeFile(headPath);
}

/** What the running slot has is taken from there; whether it is the same is seen by the hash of the whole. */
function tryGuess(machine: UpdateMachine, job: Job, to: string): boolean {
  const { host, running } = machine;
  const { size, sha256 } = job.manifest.parts.boot;
  const url = job.addressOf('boot');
  const from = deviceOf(host, slotRole('boot', running.slot));
  try {
    const { copies, ranges } = job.chunks
      ? planHead(machine, job, from)
      : guessWithHead(machine, url, size, from);
    copyFromRunning(machine, from, to, clip(copies, verityBlockSize));
    fetchClipped(machine, url, ranges, headEnd(size), to);
  } catch (error) {
    if (!(error instanceof Damaged)) throw error;
    return false;
  }
  writeHead(machine, to, size);
  return digestWithHead(machine, to, size) === sha256;
}

/** By chunks; the head is put together like the rest. */
function planHead(machine: UpdateMachine, { chunks, manifest, addressOf }: Job, from: string): BootPlan {
  const end = headEnd(manifest.parts.boot.size);
  const plan = planChunks(chunks!.fresh.boot, chunks!.old.boot);
  machine.host.writeFile(headPath, new Uint8Array(end));
  const inHead = plan.copies.filter(({ to }) => to < end);
  const moves = inHead.map(({ from, to, size }) => ({ from, to, size: Math.min(size, end - to) }));
  copyFromRunning(machine, from, headPath, moves);
  const ranges = plan.ranges
    .filter(({ offset }) => offset < end)
    .map(({ offset, size }) => ({ offset, size: Math.min(size, end - offset) }));
  for (const batch of makeBatches(ranges)) fetchRanges(machine, addressOf('boot'), batch, headPath);
  return plan;
}

/** By name, size and checksum of the files that the archive holds. */
function guessWithHead(machine: UpdateMachine, url: string, size: number, from: string): BootPlan {
  const { host, partitions, running } = machine;
  fetchHead(machine, url, size);
  const oldSize = partitions.sizeOf(slotRole('boot', running.slot));
  return planBoot(size, freshBlocks(machine, url, size), oldSize, (offset) =>
    host.readBytes(from, offset, 512),
  );
}

/** What of the ranges lies behind `start`. */
function fetchClipped(
  machine: UpdateMachine,
  url: string,
  ranges: readonly ByteRange[],
  start: number,
  to: string,
): void {
  const moves = ranges.map(({ offset, size }) => ({ from: offset, to: offset, size }));
  const left = clip(moves, start).map(({ to, size }) => ({ offset: to, size }));
  for (const batch of makeBatches(left)) fetchRanges(machine, url, batch, to);
}

/** 512 bytes at an offset of the new image: out of its head, or fetched with what is around them. */
function freshBlocks(machine: UpdateMachine, url: string, size: number): (offset: number) => Uint8Array {
  const { host } = machine;
  return (offset) => {
    if (offset + 512 <= headEnd(size)) return host.readBytes(headPath, offset, 512);
    const path = `${spool}/boot-block`;
    const length = Math.min(window, size - offset);
    host.writeFile(path, new Uint8Array(length));
    fetchRanges(machine, url, [{ offset, size: length }], path, offset);
    return host.readBytes(path, 0, 512);
  };
}

function fetchHead(machine: UpdateMachine, url: string, size: number): void {
  machine.host.writeFile(headPath, new Uint8Array(headEnd(size)));
  fetchRanges(machine, url, [{ offset: 0, size: headEnd(size) }], headPath);
}

function writeHead({ host }: UpdateMachine, to: string, size: number): void {
  host.transfer(headPath, to, clip([{ from: 0, to: 0, size: headEnd(size) }], verityBlockSize));
}

const headEnd = (size: number): number => Math.min(size, headSize);

/** Without what lies before `start` of the target. */
function clip(moves: readonly Move[], start: number): Move[] {
  return moves
    .map(({ from, to, size }) => {
      const cut = Math.max(0, start - to);
      return { from: from + cut, to: to + cut, size: size - cut };
    })
    .filter(({ size }) => size > 0);
}

/** As if the first block were in its place. */
function digestWithHead({ host }: UpdateMachine, device: string, size: number): string {
  const rest = readRange('"$2"', verityBlockSize, '"$3"');
  const script = `{ head -c ${verityBlockSize} "$1"; ${rest}; } | sha256sum`;
  const count = String(Math.max(0, size - verityBlockSize));
  return runOrThrow(host, ['sh', '-c', script, 'sh', headPath, device, count]).slice(0, 64);
}
