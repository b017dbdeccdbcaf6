// A signal as every container runtime takes it: its name without SIG, and a number for the real-time ones, which runc
// does not know by name. Their numbers are those of programs linked with glibc.
const lowest = 34;
const highest = 64;

export function signalForRuntime(signal: string): string {
  const name = signal.toUpperCase().replace(/^SIG/, '');
  const [, end, offset = '0'] = /^RT(MIN|MAX)(?:[+-](\d+))?$/.exec(name) ?? [];
  if (end === undefined) return name;
  return String(end === 'MIN' ? lowest + Number(offset) : highest - Number(offset));
}
