// Kernel modules, with their parameters.
import { runOrThrow } from '../../../host/host.ts';
import type { Module } from '../module.ts';

export const kernelModules: Module = {
  name: 'kernel modules',
  summary: '`modules`: loaded',
  pass: 'local',
  when: 'boot',
  apply({ host, config, report }) {
    for (const each of config.modules)
      report.attempt(
        `the kernel module ${each}`,
        () => void runOrThrow(host, ['modprobe', ...each.split(/ +/)]),
      );
  },
};
