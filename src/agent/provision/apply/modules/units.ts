// Units of systemd: for an init that has them.
import type { Module } from '../module.ts';

export const units: Module = {
  name: 'units',
  summary:
    'units of CoreOS and Ignition: left out where the init has none; a container is written under `catamaran.services`',
  pass: 'local',
  when: 'boot',
  apply({ config, report }) {
    for (const { name } of config.units)
      report.ignored(`the unit ${name}: this init has no units; write a container under catamaran.services`);
  },
};
