// Data disks: partitions and file systems, once; mounts and swap, at each boot. Never a disk that the system is on, nor one
// that is in use.

import type { Module } from '../module.ts';
import { makeFilesystem } from '../storage/filesystem.ts';
import { isRemoteMount, mountAll, useSwap } from '../storage/mounts.ts';
import { partitionDisk } from '../storage/partition.ts';

export const disks: Module = {
  name: 'disks',
  summary: '`disk_setup`: a GPT on data disks that have no table yet, or with `overwrite`',
  pass: 'local',
  when: 'instance',
  apply({ host, config, report }) {
    for (const disk of config.disks)
      report.attempt(`the partitions of ${disk.device}`, () => partitionDisk(host, disk));
  },
};

export const filesystems: Module = {
  name: 'file systems',
  summary: '`fs_setup`: where there is none yet, or with `overwrite`; by the programs that the image has',
  pass: 'local',
  when: 'instance',
  apply({ host, config, report }) {
    for (const each of config.filesystems)
      report.attempt(
        `${each.type} on ${each.device}${typeof each.partition === 'number' ? `, partition ${each.partition}` : ''}`,
        () => makeFilesystem(host, each),
      );
  },
};

export const mounts: Module = {
  name: 'mounts',
  summary: '`mounts`, `swap`: mounted; those of the network when there is one',
  pass: 'local',
  when: 'boot',
  apply({ host, config, report }) {
    mountAll(host, config, (mount) => !isRemoteMount(mount), report);
    if (config.swap) {
      const { swap } = config;
      report.attempt(`swap in ${swap.path}`, () => useSwap(host, swap));
    }
  },
};

export const remoteMounts: Module = {
  name: 'remote mounts',
  summary: '`mounts` of the network',
  pass: 'network',
  when: 'boot',
  isAsked: ({ mounts }) => mounts.some(isRemoteMount),
  apply({ host, config, report }) {
    mountAll(host, config, isRemoteMount, report);
  },
};
