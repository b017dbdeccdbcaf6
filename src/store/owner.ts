// Who owns a temporary file or directory in the cache: its name carries the process's id, that process's start
// (ids are used again) and its pid namespace (another container's ids mean nothing here). So what a killed process
// left behind can be told from what a running one is using, without lock files.
import { readFileSync, readlinkSync } from 'node:fs';

/** Clock ticks since boot at which the process started; undefined if there is no such process. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // Field 22 of proc(5); the command in field 2 may hold spaces and parentheses.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}

function pidNamespace(): string {
  return /\d+/.exec(readlinkSync('/proc/self/ns/pid'))![0];
}

let count = 0;

/** A name that no other process and no other call gives: `PID-START-NAMESPACE-COUNT`. */
export function ownedName(): string {
  count += 1;
  return `${process.pid}-${startOf(process.pid)}-${pidNamespace()}-${count}`;
}

/** Whether the process that made a name runs. `unknown` for another namespace's, and for what is no such name. */
export function ownerState(name: string): 'alive' | 'dead' | 'unknown' {
  const match = /^(\d+)-(\d+)-(\d+)-\d+$/.exec(name);
  if (match === null || match[3] !== pidNamespace()) return 'unknown';
  return startOf(Number(match[1])) === match[2] ? 'alive' : 'dead';
}

export const isAbandoned = (name: string): boolean => ownerState(name) === 'dead';
