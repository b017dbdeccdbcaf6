// Where the tools keep the machine's firmware, and each run's own copy of the variables that UEFI writes.
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Arch } from '../base/arch.ts';
import type { Tools } from '../tools/tools.ts';
import type { MachineFiles, MachineOptions } from './arguments.ts';

const directories: Readonly<Record<Arch, readonly string[]>> = {
  amd64: ['usr/share/qemu', 'usr/share/seabios'],
  arm64: ['usr/share/qemu'],
};
/** Firmware that starts what nobody has signed, and variables in which nothing is set. */
const uefiFiles: Readonly<Record<Arch, { readonly code: string; readonly variables: string }>> = {
  amd64: { code: 'usr/share/OVMF/OVMF_CODE_4M.fd', variables: 'usr/share/OVMF/OVMF_VARS_4M.fd' },
  arm64: { code: 'usr/share/AAVMF/AAVMF_CODE.no-secboot.fd', variables: 'usr/share/AAVMF/AAVMF_VARS.fd' },
};

export function dataDirectories(tools: Tools, arch: Arch = 'amd64'): string[] {
  return directories[arch].map((path) => tools.path(path));
}

/** `directory`: this run's own. */
export async function prepareFirmware(
  tools: Tools,
  { arch = 'amd64', firmware }: Pick<MachineOptions, 'arch' | 'firmware'>,
  directory: string,
): Promise<Pick<MachineFiles, 'data' | 'uefi'>> {
  const data = dataDirectories(tools, arch);
  if (firmware === 'bios') return { data };
  const files = uefiFiles[arch];
  const variables = join(directory, 'uefi-variables.fd');
  await copyFile(tools.path(files.variables), variables);
  return { data, uefi: { code: tools.path(files.code), variables } };
}
