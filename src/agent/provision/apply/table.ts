// All modules, in the order in which they have their turn: what others need comes before them.
import type { Module } from './module.ts';
import { bootCommands } from './modules/bootcmd.ts';
import { certificates, remoteCertificates } from './modules/certificates.ts';
import { directories } from './modules/directories.ts';
import { environment } from './modules/environment.ts';
import { files, remoteFiles } from './modules/files.ts';
import { finalMessage } from './modules/final-message.ts';
import { firewall } from './modules/firewall.ts';
import { groups } from './modules/groups.ts';
import { health } from './modules/health.ts';
import { hostname } from './modules/hostname.ts';
import { kernelArguments } from './modules/kernel-arguments.ts';
import { kernelModules } from './modules/kernel-modules.ts';
import { links } from './modules/links.ts';
import { network } from './modules/network.ts';
import { phoneHome } from './modules/phone-home.ts';
import { power } from './modules/power.ts';
import { runAlways, runOnce } from './modules/run-commands.ts';
import { registries, services } from './modules/services.ts';
import { ssh } from './modules/ssh.ts';
import { disks, filesystems, mounts, remoteMounts } from './modules/storage.ts';
import { sysctl } from './modules/sysctl.ts';
import { systemDocker } from './modules/system-docker.ts';
import { ntp, timeZone } from './modules/time.ts';
import { units } from './modules/units.ts';
import { update } from './modules/update.ts';
import { users } from './modules/users.ts';

export const applyModules: readonly Module[] = [
  bootCommands,
  hostname,
  kernelModules,
  sysctl,
  kernelArguments,
  disks,
  filesystems,
  mounts,
  groups,
  users,
  ssh,
  environment,
  directories,
  files,
  links,
  certificates,
  timeZone,
  ntp,
  update,
  health,
  registries,
  systemDocker,
  units,
  firewall,
  network,

  remoteMounts,
  remoteFiles,
  remoteCertificates,

  services,
  runAlways,
  runOnce,
  phoneHome,
  finalMessage,
  power,
];
