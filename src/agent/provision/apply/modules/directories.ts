// Directories of user-data.

import type { Module } from '../module.ts';
import { isForgotten, requirePath } from '../places.ts';
import { putDirectory } from '../write.ts';

export const directories: Module = {
  name: 'directories',
  summary: 'directories of Ignition and LinuxKit, with owner and mode',
  pass: 'local',
  when: 'path',
  apply({ host, config, occasion, report }) {
    for (const { path, mode, owner } of config.directories) {
      if (!occasion.newInstance && !isForgotten(host, path)) continue;
      report.attempt(`the directory ${path}`, () => putDirectory(host, requirePath(path), { mode, owner }));
    }
  },
};
