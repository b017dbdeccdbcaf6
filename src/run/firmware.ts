// Where the tools keep the machine's firmware, and each run's own copy of the variables that UEFI writes.
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Arch, architectureOf } from '../base/arch.ts';
import type { Tools } from '../tools/tools.ts';
import type { MachineFiles, MachineOptions } from './arguments.ts';

export function dataDirectories(tools: Tools, arch: Arch): string[] {
  return architectureOf(arch).qemu.data.map((path) => tools.path(path));
}

/** `directory`: this run's own. */
export async function prepareFirmware(
  tools: Tools,
  { arch, firmware }: Pick<MachineOptions, 'arch' | 'firmware'>,
  directory: string,
): Promise<Pick<MachineFiles, 'data' | 'uefi'>> {
  const data = dataDirectories(tools, arch);
  if (firmware === 'bios') return { data };
  const files = architectureOf(arch).qemu.uefi;
  const variables = join(directory, 'uefi-variables.fd');
  await copyFile(tools.path(files.variables), variables);
  return { data, uefi: { code: tools.path(files.code), variables } };
}
