// LinuxKit's format `docker`: the root file system as one archive that `docker build -` takes.
import { defineFormat } from '../format.ts';
import { planTar } from './root-tar.ts';

export const docker = defineFormat({
  name: 'docker',
  summary: 'the root file system as one archive, with a Dockerfile, for docker build -',
  module: 'output/linuxkit/docker',
  files: ['.docker'],
  named: 'spec',
  sbom: true,
  plan: planTar({ docker: true }),
});
