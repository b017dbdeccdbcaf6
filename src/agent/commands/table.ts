// All commands of the agent, by the program that has them. A machine reads a program anew for each command, and on a slow one
// that is most of its time: so what is done at each start of a container, and what a boot begins with, are programs of their
// own, as are the signatures' code, the formats of user-data and the installer. The order is that of the usage.
import { account } from './account.ts';
import { boot } from './boot.ts';
import { bundleCleanup } from './bundle-cleanup.ts';
import { bundleConnect } from './bundle-connect.ts';
import { bundleList } from './bundle-list.ts';
import { bundlePrepare } from './bundle-prepare.ts';
import { channel } from './channel.ts';
import type { Command } from './command.ts';
import { configApply } from './config-apply.ts';
import { configGet } from './config-get.ts';
import { configSet } from './config-set.ts';
import { configValidate } from './config-validate.ts';
import { confirm } from './confirm.ts';
import { consoleList } from './console-list.ts';
import { consoleSwitch } from './console-switch.ts';
import { deploy } from './deploy.ts';
import { diskGrow } from './disk-grow.ts';
import { engineList } from './engine-list.ts';
import { etcAccept } from './etc-accept.ts';
import { etcDiff } from './etc-diff.ts';
import { etcReset } from './etc-reset.ts';
import { etcRestore } from './etc-restore.ts';
import { etcStatus } from './etc-status.ts';
import { healthGate } from './health-gate.ts';
import { install } from './install.ts';
import { logs } from './logs.ts';
import { markBad } from './mark-bad.ts';
import { networkUp, networkWait } from './network.ts';
import { osList } from './os-list.ts';
import { overdue } from './overdue.ts';
import { pass } from './pass.ts';
import { provision } from './provision.ts';
import { ps } from './ps.ts';
import { reset } from './reset.ts';
import { revert } from './revert.ts';
import { rollback } from './rollback.ts';
import { serviceDisable } from './service-disable.ts';
import { serviceDown } from './service-down.ts';
import { serviceEnable } from './service-enable.ts';
import { serviceList } from './service-list.ts';
import { serviceLogs } from './service-logs.ts';
import { serviceUp } from './service-up.ts';
import { services } from './services.ts';
import { servicesConfigure } from './services-configure.ts';
import { servicesSignal } from './services-signal.ts';
import { servicesStart } from './services-start.ts';
import { settle } from './settle.ts';
import { shell } from './shell.ts';
import { stage } from './stage.ts';
import { status } from './status.ts';
import { tlsGen } from './tls-gen.ts';
import { update } from './update.ts';
import { upgrade } from './upgrade.ts';
import { versions } from './versions.ts';
import { volumesMount } from './volumes-mount.ts';

/** People's, and the slots'. */
export const agentCommands: readonly Command[] = [
  status,
  stage,
  confirm,
  rollback,
  markBad,
  etcStatus,
  etcDiff,
  etcAccept,
  etcReset,
  etcRestore,
  reset,
  account,
  healthGate,
  settle,
  pass,
  overdue,
];

export const containerCommands: readonly Command[] = [
  services,
  servicesSignal,
  servicesStart,
  logs,
  ps,
  shell,
  versions,
  revert,
  bundleList,
  bundlePrepare,
  bundleConnect,
  bundleCleanup,
  servicesConfigure,
  volumesMount,
];

export const startCommands: readonly Command[] = [boot, diskGrow, networkUp, networkWait];
export const updateCommands: readonly Command[] = [update, upgrade, deploy, channel];
export const installCommands: readonly Command[] = [install];
export const provisionCommands: readonly Command[] = [provision];

/** Of a machine whose services are containers of system-docker: brought by component:init-docker. */
export const systemCommands: readonly Command[] = [
  configGet,
  configSet,
  configValidate,
  configApply,
  serviceList,
  serviceEnable,
  serviceDisable,
  serviceUp,
  serviceDown,
  serviceLogs,
  consoleList,
  consoleSwitch,
  engineList,
  osList,
  tlsGen,
];

/** By the name of the file in /usr/lib/catamaran. */
export const agentPrograms: Readonly<Record<string, readonly Command[]>> = {
  agent: agentCommands,
  containers: containerCommands,
  boot: startCommands,
  update: updateCommands,
  provision: provisionCommands,
  install: installCommands,
  system: systemCommands,
};
