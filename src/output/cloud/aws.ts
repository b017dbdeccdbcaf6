// What Amazon's EC2 takes: the raw disk by the name that LinuxKit has for it, and beside it the list of its blocks for the
// EBS direct API with the request that registers the image.

import { ofDisk } from '../disk/compose.ts';
import { defineFormat } from '../format.ts';
import { writeText } from '../write/text.ts';
import { describeRegistration, type EbsBlocks, writeAws } from './write-aws.ts';

export const aws = defineFormat({
  name: 'aws',
  summary: 'the disk for EC2, with its blocks for the EBS direct API and the request that registers it',
  module: 'output/cloud/aws',
  files: ['.raw', '.json'],
  named: 'spec',
  platform: 'aws',
  sbom: false,
  boots: { disk: 'raw' },
  plan: ofDisk((disk, { locked }) => {
    const { arch, spec } = locked;
    const { id, name, version } = spec.os;
    let blocks: EbsBlocks;
    return [
      async (path, options) => {
        const { ebs, ...written } = await writeAws(disk, path, options);
        blocks = ebs;
        return written;
      },
      (path, options) => {
        const { volumeSize } = blocks;
        const description = {
          name: `${id}-${version}-${arch}`,
          description: `${name} ${version}`,
          arch,
          volumeSize,
        };
        const document = { blocks, registerImage: describeRegistration(description) };
        return writeText(`${JSON.stringify(document, undefined, 2)}\n`, path, options);
      },
    ];
  }),
});
