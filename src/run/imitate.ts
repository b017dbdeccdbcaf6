// A platform's machine in QEMU: the disk controller, the network card, the firmware and the strings that it has. What QEMU
// has no device for, as those of Hyper-V, EC2 and Google, is stood in for by virtio.
import type { Arch } from '../base/arch.ts';
import { firmwareOn } from '../platform/choose.ts';
import type { DiskModel, NicModel, Platform } from '../platform/platform.ts';
import type { DiskBus, MachineOptions, NicDevice } from './arguments.ts';

const buses: Readonly<Record<DiskModel, DiskBus>> = {
  ahci: 'ahci',
  'hyperv-scsi': 'virtio-scsi',
  nvme: 'nvme',
  pvscsi: 'pvscsi',
  'virtio-blk': 'virtio-blk',
  'virtio-scsi': 'virtio-scsi',
};
const nics: Readonly<Record<NicModel, NicDevice>> = {
  e1000e: 'e1000e',
  ena: 'virtio-net',
  gve: 'virtio-net',
  'hyperv-net': 'virtio-net',
  'virtio-net': 'virtio-net',
  vmxnet3: 'vmxnet3',
};

export type Imitation = Pick<MachineOptions, 'bus' | 'nic' | 'smbios' | 'firmware'>;

export function imitate(platform: Platform, arch: Arch): Imitation {
  const bus = buses[platform.machine.disk];
  const firmwares = firmwareOn(platform, arch);
  // QEMU's UEFI cannot start from pvscsi; VMware's can.
  const usable = bus === 'pvscsi' ? firmwares.filter((each) => each === 'bios') : firmwares;
  return { bus, nic: nics[platform.machine.nic], smbios: platform.smbios, firmware: usable[0] ?? 'uefi' };
}
