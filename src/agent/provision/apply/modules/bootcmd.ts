// bootcmd and #cloud-boothook: at every boot, before all else, each run within a limit: a boot does not hang on them.
import { runCommands } from '../commands.ts';
import type { Module } from '../module.ts';

export const bootCommands: Module = {
  name: 'boot commands',
  summary: '`bootcmd`, `#cloud-boothook`: before all else, two minutes at most',
  pass: 'local',
  when: 'boot',
  apply({ host, config, report }) {
    runCommands(host, { name: 'bootcmd', commands: config.commands.boot, limit: 120 }, report);
  },
};
