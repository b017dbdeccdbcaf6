// One image of GRUB, by grub-mkimage, from stock modules and a first script that is built into it.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { GrubTarget } from '../base/arch/architecture.ts';
import { grubStub } from './grub-script.ts';

const commonModules = [
  'boot',
  'configfile',
  'echo',
  'fat',
  'gcry_crc',
  'hashsum',
  'linux',
  'loadenv',
  'minicmd',
  'normal',
  'part_gpt',
  'probe',
  'reboot',
  'regexp',
  'sleep',
  'tar',
  'terminal',
  'test',
  'true',
];

export interface GrubHost {
  /** Runs a host tool; fails if it does. */
  run(name: string, args: string[]): Promise<unknown>;
  /** Where the modules are: `…/usr/lib/grub`, with a directory for each target. */
  readonly modules: string;
  /** An empty directory of ours. */
  readonly scratch: string;
}

export interface GrubOptions {
  /** Where GRUB looks for `grub.cfg`; without a device in parentheses, on the one that it was started from. */
  readonly prefix: string;
  /** What that is, for the message that it cannot be read. */
  readonly place?: string;
  /** grub-mkimage's word for the image, where it is not the target's. */
  readonly format?: string;
  /** Beside those of every image and of the target. */
  readonly modules?: readonly string[];
}

export async function makeGrubImage(
  target: GrubTarget,
  { prefix, place, format = target.name, modules: more = [] }: GrubOptions,
  { run, modules: root, scratch }: GrubHost,
): Promise<Uint8Array> {
  await mkdir(scratch, { recursive: true });
  const modules = [...commonModules, ...more, ...target.modules];
  const [script, out] = [join(scratch, `${format}.cfg`), join(scratch, `${format}.img`)];
  await writeFile(script, grubStub({ serial: modules.includes('serial'), ...(place ? { place } : {}) }));
  const paths = ['-d', join(root, target.name), '-p', prefix, '-c', script, '-o', out];
  await run('grub-mkimage', ['-O', format, ...paths, ...modules]);
  return readFile(out);
}
