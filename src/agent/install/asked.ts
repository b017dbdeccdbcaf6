// What a machine at which nobody sits is told: by one argument of the kernel, or else by a volume that is called CATAMARAN, a
// second CD or stick, whose file `install` has the same words. Its file `user-data` is the configuration.
import { type Host, runOrThrow } from '../host/host.ts';
import { kernelArgument } from '../host/kernel-arguments.ts';
import { installArgument, parseAsked, type Unattended } from './options.ts';

export const configVolume = 'CATAMARAN';
const mountPoint = '/run/catamaran/volume';
const copiedConfig = '/run/catamaran/volume-user-data';
const fileSystems = ['iso9660', 'vfat', 'ext4'] as const;

/** Undefined where it is told nothing. */
export function readAsked(host: Host): Unattended | undefined {
  const argument = kernelArgument(host, installArgument);
  if (argument !== undefined) return parseAsked(argument, installArgument);
  const { status, output } = host.run(['findfs', `LABEL=${configVolume}`]);
  return status === 0 ? readVolume(host, output.trim()) : undefined;
}

function readVolume(host: Host, device: string): Unattended | undefined {
  host.makeDirectory(mountPoint);
  const isMounted = fileSystems.some(
    (type) => host.run(['mount', '-t', type, '-o', 'ro,nodev,noexec', device, mountPoint]).status === 0,
  );
  if (!isMounted) return undefined;
  try {
    const words = host.readText(`${mountPoint}/install`)?.trim();
    if (words === undefined) return undefined;
    const options = parseAsked(words, `the file install of the volume ${configVolume}, ${device}`);
    if (host.readText(`${mountPoint}/user-data`) === undefined) return options;
    // The volume may be taken out.
    runOrThrow(host, ['cp', `${mountPoint}/user-data`, copiedConfig]);
    return { ...options, config: copiedConfig };
  } finally {
    host.run(['umount', mountPoint]);
  }
}
