// The instants between two persistent effects of the agent, numbered from 1: tests cut the power at each of them. Whoever
// may write /run/catamaran/crash-at is root on the machine already; without that file, which no boot begins with, a
// crash point reads one missing file and nothing else.
import type { Host } from '../host/host.ts';

export const crashPoints = [
  'disarm env1',
  'disarm env2',
  'erase boot',
  'write boot',
  'write root',
  'write hash',
  'flush',
  'begin root',
  'begin hash',
  'begin boot',
  'verify',
  'record pending',
  'arm env1',
  'arm env2',
  'confirm env1',
  'confirm env2',
  'record good',
  'record result',
] as const;
export type CrashPoint = (typeof crashPoints)[number];

/** Called right after the effect of that name. */
export type ReachPoint = (point: CrashPoint) => void;

const request = '/run/catamaran/crash-at';

/** At the requested point the agent says so on the console and waits for the power to go. */
export function reachCrashPoint(host: Host): ReachPoint {
  return (point) => {
    const number = crashPoints.indexOf(point) + 1;
    if (host.readText(request)?.trim() !== String(number)) return;
    host.run(['sh', '-c', `echo "<2>catamaran: crash point ${number}, ${point}" >/dev/kmsg; sleep 1000000`]);
  };
}
