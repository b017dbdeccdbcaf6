// A container's AppArmor profile: its name for config.json, and its source, which init loads into the kernel.
import type { AppArmor } from '../specification/types.ts';

const defaultName = 'catamaran-default';

export const appArmorName = (apparmor: AppArmor): string =>
  apparmor.kind === 'default' ? defaultName : apparmor.name;

export const appArmorText = (apparmor: AppArmor): string =>
  apparmor.kind === 'default' ? defaultProfile : apparmor.text;

/**
 * All that capabilities and mounts allow, but the kernel's own switches, and other profiles' processes.
 * Without includes: nothing else need be there to load it.
 */
const defaultProfile = `profile ${defaultName} flags=(attach_disconnected,mediate_deleted) {
  file,
  network,
  capability,
  umount,
  signal (send, receive) peer=${defaultName},
  signal (receive) peer=unconfined,
  ptrace (trace, read, tracedby, readby) peer=${defaultName},

  deny mount,
  deny /proc/sysrq-trigger rwklx,
  deny /proc/kcore rwklx,
  deny /proc/mem rwklx,
  deny /proc/kmem rwklx,
  deny /proc/sys/kernel/[^smh]** wklx,
  deny /sys/firmware/** rwklx,
  deny /sys/fs/[^c]** wklx,
  deny /sys/kernel/security/** rwklx,
  deny /sys/devices/virtual/powercap/** rwklx,
}
`;
