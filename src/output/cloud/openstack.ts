// What OpenStack's Glance takes: a qcow2, and beside it the properties that Nova goes by, with the command that uploads it.
import { basename } from 'node:path';
import { mapImageName } from '../../platform/image-name.ts';
import { platforms } from '../../platform/table.ts';
import { ofDisk } from '../disk/compose.ts';
import { qcow2Options, qcow2Writer } from '../disk/qcow2.ts';
import { defineFormat } from '../format.ts';
import { leastMemory } from '../least-memory.ts';
import { writeText } from '../write/text.ts';
import { describeGlanceImage, glanceCommand } from './glance.ts';

const MiB = 2 ** 20;
const GiB = 2 ** 30;

export const openstack = defineFormat({
  name: 'openstack',
  summary: 'a qcow2 for Glance, with its properties and the command that uploads it',
  module: 'output/cloud/openstack',
  files: ['.qcow2', '.json'],
  named: { platform: 'openstack' },
  platform: 'openstack',
  sbom: false,
  boots: { disk: 'qcow2' },
  options: qcow2Options,
  plan: ofDisk((disk, { locked, options }) => {
    const { arch, spec } = locked;
    const { id, version } = spec.os;
    const image = describeGlanceImage({
      name: mapImageName(platforms.openstack.imageName, `${id}-${version}-${arch}`),
      version,
      arch,
      firmware: spec.platforms.get('openstack')?.firmware ?? platforms.openstack.firmware[0]!,
      minDisk: Math.ceil(disk.size / GiB),
      minMemory: leastMemory / MiB,
    });
    return [
      qcow2Writer(disk, options),
      (path, writing) => {
        const file = basename(path).replace(/\.json$/, '.qcow2');
        const document = { image, command: glanceCommand(image, file) };
        return writeText(`${JSON.stringify(document, undefined, 2)}\n`, path, writing);
      },
    ];
  }),
});
