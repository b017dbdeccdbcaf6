// The plan of a format that is an OVA: the machine that it proposes, from the spec and the platform's entry.
import { basename } from 'node:path';
import { requireSize } from '../../base/size.ts';
import { platforms } from '../../platform/table.ts';
import { ofDisk } from '../disk/compose.ts';
import type { Hypervisor } from './ovf.ts';
import { writeOva } from './write-ova.ts';

/** Of the machine that is proposed: whoever deploys it may say otherwise. */
export const ovaOptions = {
  processors: {
    description: 'Processors of the machine that it proposes.',
    type: 'integer',
    minimum: 1,
    maximum: 256,
    default: 2,
  },
  memory: {
    description: 'Memory of the machine that it proposes.',
    $ref: '#/definitions/size',
    default: '2G',
  },
} as const;

const MiB = 2 ** 20;

export const planOva = (hypervisor: Hypervisor) =>
  ofDisk((disk, { locked, identity, options }) => {
    const { processors = ovaOptions.processors.default, memory = ovaOptions.memory.default } = options;
    const { id, name, version } = locked.spec.os;
    const firmware = locked.spec.platforms.get(hypervisor)?.firmware ?? platforms[hypervisor].firmware[0]!;
    const machine = {
      ...{ processors, memory: Math.ceil(requireSize(memory) / MiB) },
      ...{ name: `${id}-${version}`, product: name, vendor: id, version, hypervisor },
      firmware: firmware === 'uefi' ? ('efi' as const) : ('bios' as const),
    };
    return [
      (path, writing) =>
        writeOva(disk, path, { ...writing, identity, machine, stem: basename(path, '.ova') }),
    ];
  });
