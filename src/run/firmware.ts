// Where the tools keep the machine's firmware, and each run's own copy of the variables that UEFI writes.
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Tools } from '../tools/tools.ts';
import type { Firmware, MachineFiles } from './arguments.ts';

export function dataDirectories(tools: Tools): string[] {
  return [tools.path('usr/share/qemu'), tools.path('usr/share/seabios')];
}

/** `directory`: this run's own. */
export async function prepareFirmware(
  tools: Tools,
  firmware: Firmware,
  directory: string,
): Promise<Pick<MachineFiles, 'data' | 'uefi'>> {
  const data = dataDirectories(tools);
  if (firmware === 'bios') return { data };
  const variables = join(directory, 'uefi-variables.fd');
  await copyFile(tools.path('usr/share/OVMF/OVMF_VARS_4M.fd'), variables);
  return { data, uefi: { code: tools.path('usr/share/OVMF/OVMF_CODE_4M.fd'), variables } };
}
