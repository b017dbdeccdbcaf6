// A container's AppArmor profile: its name for config.json, and its source, which init loads into the kernel.
import type { AppArmor } from '../spec/types.ts';

const defaultName = 'catamaran-default';

export const appArmorName = (apparmor: AppArmor): string =>
  apparmor.kind === 'default' ? defaultName : apparmor.name;

export const appArmorText = (apparmor: AppArmor): string =>
  apparmor.kind === 'default' ? defaultProfile : apparmor.text;

/** All that capabilities and mounts allow, but the kernel's own switches, and other profiles' processes. */
const defaultProfile = `abi <abi/4.0>,

profile ${defaultName} flags=(attach_disconnected,mediate_deleted) {
  file,
  network,
  capability,
  umount,
  signal (send, receive) peer=${defaultName},
  signal (receive) peer=unconfined,
  ptrace (trace, read, tracedby, readby) peer=${defaultName},

  deny mount,
  deny @{PROC}/sysrq-trigger rwklx,
  deny @{PROC}/kcore rwklx,
  deny @{PROC}/mem rwklx,
  deny @{PROC}/kmem rwklx,
  deny @{PROC}/sys/kernel/[^smh]** wklx,
  deny /sys/firmware/** rwklx,
  deny /sys/fs/[^c]** wklx,
  deny /sys/kernel/security/** rwklx,
  deny /sys/devices/virtual/powercap/** rwklx,
}
`;
