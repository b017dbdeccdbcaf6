// The words that the kernel was started with. What it was given for itself and what is for us stand side by side.
import type { Host } from './host.ts';

export const kernelWords = (host: Host): string[] =>
  (host.readText('/proc/cmdline') ?? '').trim().split(/\s+/);

/** The last word of a name counts, as in the initrd. */
export function kernelArgument(host: Host, name: string): string | undefined {
  return kernelWords(host)
    .filter((word) => word.startsWith(`${name}=`))
    .at(-1)
    ?.slice(name.length + 1);
}
