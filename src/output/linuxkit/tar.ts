// LinuxKit's format `tar`: the root file system as one archive.
import { defineFormat } from '../format.ts';
import { planTar } from './root-tar.ts';

export const tar = defineFormat({
  name: 'tar',
  summary: 'the root file system as one archive',
  module: 'output/linuxkit/tar',
  files: ['.tar'],
  named: 'spec',
  sbom: true,
  plan: planTar(),
});
