// runcmd and #! scripts: when the services have started; scripts for every boot each time, all else once.
import { runCommands } from '../commands.ts';
import type { Module } from '../module.ts';

export const commandLimit = 3600;

export const runOnce: Module = {
  name: 'run commands',
  summary: '`runcmd`, `#!` scripts: when the services have started, an hour at most',
  pass: 'final',
  when: 'instance',
  apply({ host, config, report }) {
    const commands = config.commands.run.filter((each) => each.kind !== 'script' || !each.always);
    runCommands(host, { name: 'runcmd', commands, limit: commandLimit }, report);
  },
};

export const runAlways: Module = {
  name: 'scripts of each boot',
  summary: 'parts of the type `text/x-shellscript-per-boot`: when the services have started, an hour at most',
  pass: 'final',
  when: 'boot',
  apply({ host, config, report }) {
    const commands = config.commands.run.filter((each) => each.kind === 'script' && each.always);
    runCommands(host, { name: 'per-boot', commands, limit: commandLimit }, report);
  },
};
