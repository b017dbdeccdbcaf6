// All commands of the agent, by the program that has them: the signatures' code, the formats of user-data and the installer
// are in programs of their own, so that what the agent does at every start of a container does not carry them. The order is
// that of the usage.
import { account } from './account.ts';
import { boot } from './boot.ts';
import { bundleCleanup } from './bundle-cleanup.ts';
import { bundleConnect } from './bundle-connect.ts';
import { bundleList } from './bundle-list.ts';
import { bundlePrepare } from './bundle-prepare.ts';
import { channel } from './channel.ts';
import type { Command } from './command.ts';
import { confirm } from './confirm.ts';
import { diskGrow } from './disk-grow.ts';
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
import { overdue } from './overdue.ts';
import { pass } from './pass.ts';
import { provision } from './provision.ts';
import { reset } from './reset.ts';
import { rollback } from './rollback.ts';
import { services } from './services.ts';
import { servicesConfigure } from './services-configure.ts';
import { servicesSignal } from './services-signal.ts';
import { settle } from './settle.ts';
import { stage } from './stage.ts';
import { status } from './status.ts';
import { update } from './update.ts';
import { volumesMount } from './volumes-mount.ts';

export const agentCommands: readonly Command[] = [
  status,
  services,
  servicesSignal,
  logs,
  stage,
  confirm,
  rollback,
  markBad,
  etcStatus,
  etcDiff,
  etcAccept,
  etcReset,
  etcRestore,
  diskGrow,
  reset,
  boot,
  bundleList,
  bundlePrepare,
  bundleConnect,
  bundleCleanup,
  servicesConfigure,
  volumesMount,
  networkUp,
  networkWait,
  account,
  healthGate,
  settle,
  pass,
  overdue,
];

export const updateCommands: readonly Command[] = [update, channel];
export const installCommands: readonly Command[] = [install];
export const provisionCommands: readonly Command[] = [provision];
