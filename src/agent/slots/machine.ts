// What the slot commands work on: the running system, its partitions, and the crash points of the tests.
import type { Host } from '../host/host.ts';
import { type ReachPoint, reachCrashPoint } from './crash-points.ts';
import { type Partitions, partitionsOf } from './partitions.ts';
import { type Running, readRunning } from './running.ts';

export interface SlotMachine {
  readonly host: Host;
  readonly partitions: Partitions;
  readonly running: Running;
  readonly reach: ReachPoint;
}

export function openSlots(host: Host): SlotMachine {
  return { host, partitions: partitionsOf(host), running: readRunning(host), reach: reachCrashPoint(host) };
}
