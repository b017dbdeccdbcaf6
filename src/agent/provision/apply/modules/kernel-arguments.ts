// Kernel arguments are a part of what a slot's signature covers: user-data cannot change them, and is told where they belong.
import type { Module } from '../module.ts';

export const kernelArguments: Module = {
  name: 'kernel arguments',
  summary:
    'kernel arguments of Ignition: not changed, for they are signed with the image; write `kernel.cmdline` in the spec',
  pass: 'local',
  when: 'boot',
  apply({ host, config: { kernelArguments }, report }) {
    const there = new Set((host.readText('/proc/cmdline') ?? '').trim().split(/\s+/));
    for (const each of kernelArguments.add) {
      if (there.has(each)) report.unchanged(`the kernel argument ${each}`);
      else
        report.ignored(
          `the kernel argument ${each}: those of a slot are signed; write it into kernel.cmdline of the spec`,
        );
    }
    for (const each of kernelArguments.remove)
      if (there.has(each))
        report.ignored(
          `the kernel argument ${each} stays: those of a slot are signed; take it out of kernel.cmdline of the spec`,
        );
  },
};
