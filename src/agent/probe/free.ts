// What the machine has left: of its disk, of its memory; or that all that services have said was kept. As `catamaran-agent status`
// measures it (agent/condition).
import type { Script } from './script.ts';

const measures = {
  disk: 'df -P -k /var | tail -n 1 | { read -r _ size _ free _;',
  memory:
    "sed -n 's/^Mem[TA][ov][a-z]*: *\\([0-9]*\\) kB$/\\1/p' /proc/meminfo | { read -r size; read -r free;",
} as const;
const units: Readonly<Record<string, number>> = { K: 1, M: 1024, G: 1024 ** 2 };

export const free: Script<'free'> = ({ what }) => {
  const [, resource, number, unit] = /^(disk|memory) (\d+)([KMG%])$/.exec(what) ?? [];
  if (resource === undefined)
    return `! cat /run/catamaran/dropped/* 2>/dev/null | grep -v '^0$' >/dev/null || { echo 'what services said was not all kept'; exit 1; }`;
  const wanted = unit === '%' ? `$((size * ${number} / 100))` : String(Number(number) * units[unit!]!);
  return `${measures[resource as keyof typeof measures]} [ "$free" -ge "${wanted}" ] || { echo "only $free KiB of $size are left"; exit 1; }; }`;
};
