// Which platform a machine is on: what the kernel's arguments say, else its DMI strings, else a volume that it was given.
import type { Detection, Dmi } from './platform.ts';
import { isPlatformName, type PlatformName, platformNames, platforms } from './table.ts';

export interface MachineFacts {
  /** Files of /sys/class/dmi/id, trimmed; a machine without DMI has none. */
  readonly dmi: Dmi;
  /** /proc/cmdline. */
  readonly cmdline: string;
  /** Of all volumes that are attached. */
  readonly labels: readonly string[];
}

export interface DetectedPlatform {
  readonly name: PlatformName;
  readonly by: 'argument' | 'dmi' | 'label' | 'nothing';
  /** What the kernel argument names, where there is no such platform: to be told, and passed over. */
  readonly unknown?: string;
}

export const platformArgument = 'catamaran.platform';

export function detectPlatform({ dmi, cmdline, labels }: MachineFacts): DetectedPlatform {
  const named = readArgument(cmdline, platformArgument);
  if (named !== undefined && isPlatformName(named)) return { name: named, by: 'argument' };
  const found = (matches: (detection: Detection) => boolean) =>
    platformNames.find((name) => matches(platforms[name].detection));
  const byDmi = found((detection) => !detection.generic && matchesDmi(detection, dmi));
  const byLabel = found((detection) => detection.labels.some((label) => labels.includes(label)));
  const byHypervisor = found((detection) => matchesDmi(detection, dmi));
  const unknown = named === undefined ? {} : { unknown: named };
  if (byDmi) return { name: byDmi, by: 'dmi', ...unknown };
  if (byLabel) return { name: byLabel, by: 'label', ...unknown };
  if (byHypervisor) return { name: byHypervisor, by: 'dmi', ...unknown };
  return { name: 'metal', by: 'nothing', ...unknown };
}

/** As for the kernel, the last one counts. */
function readArgument(cmdline: string, name: string): string | undefined {
  const words = cmdline.split(/\s+/).filter((word) => word.startsWith(`${name}=`));
  return words.at(-1)?.slice(name.length + 1);
}

function matchesDmi({ dmi }: Detection, machine: Dmi): boolean {
  return dmi.some((wanted) =>
    Object.entries(wanted).every(([field, pattern]) =>
      matchesText(pattern, machine[field as keyof Dmi] ?? ''),
    ),
  );
}

function matchesText(pattern: string, text: string): boolean {
  if (pattern.endsWith('*')) return text.startsWith(pattern.slice(0, -1));
  return pattern.startsWith('*') ? text.endsWith(pattern.slice(1)) : text === pattern;
}
