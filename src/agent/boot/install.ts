// A live system that was told to install itself does so before its first container, and goes down. Where it cannot, it says why
// and comes up, so that somebody can look.
import type { Host } from '../host/host.ts';
import { kernelArgument } from '../host/kernel-arguments.ts';
import { liveMedium } from '../slots/live.ts';

export function installWhereAsked(host: Host): void {
  if (liveMedium(host) === undefined) return;
  const isAsked =
    kernelArgument(host, 'catamaran.install') !== undefined ||
    host.run(['findfs', 'LABEL=CATAMARAN']).status === 0;
  if (isAsked) host.show(['catamaran-agent', 'install', '--unattended']);
}
