// The root image into its partition: what the running slot has of it is copied from there (plan-root.ts), the rest comes as
// ranges. Each step is on the medium before it counts, so that a cut costs one step.
import { slotRole } from '../../slots/constants.ts';
import { formatMebibytes, trackBytes } from '../host/progress.ts';
import { deviceOf } from '../slots/device.ts';
import { copyFromRunning } from './copy-running.ts';
import { type ByteRange, fetchRanges, fetchWhole, makeBatches, RangesRefused } from './fetch-ranges.ts';
import type { Job } from './job.ts';
import type { UpdateMachine } from './machine.ts';
import { planRootMoves } from './plan-root.ts';
import { readProgress, writeProgress } from './records.ts';

export function writeRoot(machine: UpdateMachine, job: Job): void {
  const { host, partitions, running } = machine;
  const role = slotRole('root', job.target);
  const [from, to] = [deviceOf(host, slotRole('root', running.slot)), deviceOf(host, role)];
  const { source, copies, ranges } = planRootMoves(machine, job);
  const batches = makeBatches(ranges);
  const url = job.addressOf('root');
  const before = readProgress(host);
  const done = before?.manifest === job.digest && before.source === source ? before.done : 0;
  const [total, come] = [sizeOf(batches), sizeOf(batches.slice(0, Math.max(0, done - 1)))];
  announce(machine, job, total, done);
  const track = trackBytes(host, job.manifest.version, { total, before: come });
  const steps = [
    () => copyFromRunning(machine, from, to, copies),
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
