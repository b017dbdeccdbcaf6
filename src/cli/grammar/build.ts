import type { BuildOptions } from '../commands/build.ts';
import * as shared from '../shared-options.ts';
import type { SpecNamesAsked } from '../spec-source.ts';
import { defineCommand } from './entry.ts';

export const build = defineCommand<[SpecNamesAsked], Omit<BuildOptions, 'specs'>>({
  name: 'build',
  summary: 'build the images of a spec',
  description:
    'Builds what a spec describes, and writes one file for each format. What is in the cache is not made again.',
  arguments: [shared.specs()],
  options: [
    shared.variables(),
    shared.out(),
    shared.outputName(),
    shared.memory('memory of the machine that an initrd is for: fail if it does not fit'),
    shared.formatsOption(),
    shared.deploy(),
    shared.locked(),
    shared.noSbom(),
  ],
  examples: [
    ['catamaran build server.yml', 'server.qcow2, in the working directory'],
    ['catamaran build server.yml --format qcow2,raw --out dist', ''],
    ['catamaran build linuxkit.yml --format kernel+initrd', 'linuxkit-kernel, -initrd.img, -cmdline'],
    ['catamaran build server.yml --arch arm64', 'on any machine: nothing of it is executed'],
    ['catamaran build server.yml --json | jq -c .', ''],
  ],
  work:
    ([specs], chosen) =>
    async (session) =>
      (await import('../commands/build.ts')).build({ specs, ...chosen }, session),
});
