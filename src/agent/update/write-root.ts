// The root image into its partition: what the leaves of the two hash trees have in common is copied from the running
// slot, the rest comes as ranges. Each step is on the medium before it counts, so that a cut costs one step.
import { slotRole } from '../../slots/constants.ts';
import { hexOf } from '../../tuf/hex.ts';
import { defaultGap, leafPlace, planDelta } from '../../verity/delta.ts';
import { hashImageSize } from '../../verity/hash-tree.ts';
import { blockSize, digestSize, parseSuperblock } from '../../verity/superblock.ts';
import { deviceOf } from './device-of.ts';
import { type ByteRange, fetchRanges, fetchWhole, makeBatches, RangesRefused } from './fetch-ranges.ts';
import type { Job } from './job.ts';
import type { UpdateMachine } from './machine.ts';
import { readProgress, writeProgress } from './records.ts';

export function writeRoot(machine: UpdateMachine, job: Job): void {
  const { host, partitions, running } = machine;
  const role = slotRole('root', job.target);
  const [from, to] = [deviceOf(host, slotRole('root', running.slot)), deviceOf(host, role)];
  const { source, copies, ranges } = plan(machine, job);
  const moves = copies.map((copy) => ({
    from: copy.from * blockSize,
    to: copy.to * blockSize,
    size: copy.count * blockSize,
  }));
  const batches = makeBatches(
    ranges.map(({ at, count }): ByteRange => ({ offset: at * blockSize, size: count * blockSize })),
  );
  const url = job.addressOf('root');
  const steps = [
    () => host.transfer(from, to, moves),
    ...batches.map((batch) => () => fetchRanges(machine, url, batch, to)),
  ];
  const before = readProgress(host);
  const done = before?.manifest === job.digest && before.source === source ? before.done : 0;
  report(machine, job, ranges, done);
  try {
    for (const [index, step] of steps.entries()) {
      if (index < done) continue;
      step();
      partitions.flush(role);
      writeProgress(host, { manifest: job.digest, source, done: index + 1 });
    }
  } catch (error) {
    if (!(error instanceof RangesRefused)) throw error;
    host.print(`${url}: the server gives no ranges; fetching all of it`);
    fetchWhole(machine, url, job.manifest.parts.root.size, to);
  }
}

function plan(machine: UpdateMachine, { tree, manifest, delta }: Job) {
  const { host, running } = machine;
  const { offset, size } = leafPlace(manifest.parts.hash.size, tree.dataBlocks);
  const old = delta ? runningLeaves(machine, tree.salt) : new Uint8Array(0);
  const fresh = host.readBytes(tree.path, offset, size);
  const source = old.length > 0 ? `${running.rootHash} ${defaultGap}` : '';
  return { source, ...planDelta(fresh, old) };
}

/** None where the salt is another one, for then no leaf can be the same. */
function runningLeaves({ partitions, running }: UpdateMachine, salt: string): Uint8Array {
  const role = slotRole('hash', running.slot);
  const superblock = parseSuperblock(partitions.read(role, 0, blockSize));
  if (superblock === undefined || superblock.dataBlocks < 2 || hexOf(superblock.salt) !== salt)
    return new Uint8Array(0);
  const imageSize = hashImageSize(superblock.dataBlocks);
  const { offset, size } = leafPlace(imageSize, superblock.dataBlocks);
  if (imageSize > partitions.sizeOf(role) || size % digestSize !== 0) return new Uint8Array(0);
  return partitions.read(role, offset, size);
}

function report(
  { host, running }: UpdateMachine,
  { manifest, tree }: Job,
  ranges: readonly { count: number }[],
  done: number,
): void {
  const missing = ranges.reduce((sum, { count }) => sum + count, 0);
  const mebibytes = (blocks: number) => `${((blocks * blockSize) / (1 << 20)).toFixed(1)} MiB`;
  const rest = missing < tree.dataBlocks ? `, the rest is in slot ${running.slot}` : '';
  host.print(
    `${manifest.version}: ${mebibytes(missing)} of ${mebibytes(tree.dataBlocks)} are to be fetched${rest}${done > 0 ? '; going on where it stopped' : ''}`,
  );
}
