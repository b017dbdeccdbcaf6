// What a running process has used.
import { readFileSync } from 'node:fs';

/** With the kernel's part, by proc(5): clock ticks of a hundredth of a second. */
export function processorSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1')
    .replace(/^.*\) /s, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}
