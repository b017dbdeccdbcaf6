// The root image into its partition: what the leaves of the two hash trees have in common is copied from the running
// slot, the rest comes as ranges. Each step is on the medium before it counts, so that a cut costs one step.
import { slotRole } from '../../slots/constants.ts';
import { hexOf } from '../../tuf/hex.ts';
import { defaultGap, leafPlace, planDelta } from '../../verity/delta.ts';
import { hashImageSize } from '../../verity/hash-tree.ts';
import { digestSize, parseSuperblock, verityBlockSize } from '../../verity/superblock.ts';
import { formatMebibytes, trackBytes } from '../host/progress.ts';
import { deviceOf } from '../slots/device.ts';
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
    from: copy.from * verityBlockSize,
    to: copy.to * verityBlockSize,
    size: copy.count * verityBlockSize,
  }));
  const batches = makeBatches(
    ranges.map(
      ({ at, count }): ByteRange => ({ offset: at * verityBlockSize, size: count * verityBlockSize }),
    ),
  );
  const url = job.addressOf('root');
  const before = readProgress(host);
  const done = before?.manifest === job.digest && before.source === source ? before.done : 0;
  const [total, come] = [sizeOf(batches), sizeOf(batches.slice(0, Math.max(0, done - 1)))];
  announce(machine, job, total, done);
  const track = trackBytes(host, job.manifest.version, { total, before: come });
  const steps = [
    () => host.transfer(from, to, moves),
    ...batches.map((batch) => () => {
      fetchRanges(machine, url, batch, to);
      track(sizeOf([batch]));
    }),
  ];
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
  const superblock = parseSuperblock(partitions.read(role, 0, verityBlockSize));
  if (superblock === undefined || superblock.dataBlocks < 2 || hexOf(superblock.salt) !== salt)
    return new Uint8Array(0);
  const imageSize = hashImageSize(superblock.dataBlocks);
  const { offset, size } = leafPlace(imageSize, superblock.dataBlocks);
  if (imageSize > partitions.sizeOf(role) || size % digestSize !== 0) return new Uint8Array(0);
  return partitions.read(role, offset, size);
}

function sizeOf(batches: readonly (readonly ByteRange[])[]): number {
  return batches.flat().reduce((sum, { size }) => sum + size, 0);
}

function announce({ host, running }: UpdateMachine, { manifest }: Job, missing: number, done: number): void {
  const { size } = manifest.parts.root;
  const rest = missing < size ? `, the rest is in slot ${running.slot}` : '';
  const again = done > 0 ? '; going on where it stopped' : '';
  host.print(
    `${manifest.version}: ${formatMebibytes(missing)} of ${formatMebibytes(size)} are to be fetched${rest}${again}`,
  );
}
