// The plan of a format that is an OVA: the machine that it proposes, from the spec and the platform's entry.
import { basename } from 'node:path';
import { platforms } from '../../platform/table.ts';
import { ofDisk } from '../disk/compose.ts';
import type { Hypervisor } from './ovf.ts';
import { writeOva } from './write-ova.ts';

/** Of the machine that is proposed: a person may say otherwise. In MiB. */
const proposed = { processors: 2, memory: 2048 };

export const planOva = (hypervisor: Hypervisor) =>
  ofDisk((disk, { locked, identity }) => {
    const { id, name, version } = locked.spec.os;
    const firmware = locked.spec.platforms.get(hypervisor)?.firmware ?? platforms[hypervisor].firmware[0]!;
    const machine = {
      ...proposed,
      ...{ name: `${id}-${version}`, product: name, vendor: id, version, hypervisor },
      firmware: firmware === 'uefi' ? ('efi' as const) : ('bios' as const),
    };
    return [
      (path, options) =>
        writeOva(disk, path, { ...options, identity, machine, stem: basename(path, '.ova') }),
    ];
  });
