// Kernel modules that platforms have in common, and which of all of them Debian's cloud kernel leaves out.
import type { DiskModel, Drivers, NicModel, Platform } from './platform.ts';

/** KVM: i440fx has its CD drive on IDE, q35 on SATA. */
export const kvm: Drivers = {
  disk: ['virtio_pci', 'virtio_blk', 'virtio_scsi', 'sd_mod', 'ahci', 'nvme'],
  cd: ['ata_piix', 'ahci', 'sr_mod', 'isofs'],
  nic: ['virtio_net'],
};

export const hyperV: Drivers = {
  disk: ['hv_vmbus', 'hv_storvsc', 'sd_mod'],
  cd: ['hv_storvsc', 'ata_piix', 'sr_mod', 'isofs'],
  nic: ['hv_netvsc'],
};

/** Debian 13, linux-image-cloud: for these the generic kernel is needed. */
export const absentFromCloudKernel: ReadonlySet<string> = new Set([
  ...['mptspi', 'mptsas', 'mpt3sas', 'megaraid_sas', 'hpsa'],
  ...['usb_storage', 'uas', 'xhci_pci', 'ehci_pci'],
  ...['bnxt_en', 'e1000', 'e1000e', 'i40e', 'ice', 'igb', 'ixgbe', 'tg3'],
]);

/** What a disk or a network card that a platform gives to its machines is driven by. */
const driversOfModels: Readonly<Record<DiskModel | NicModel, readonly string[]>> = {
  ahci: ['ahci', 'sd_mod'],
  'hyperv-scsi': ['hv_vmbus', 'hv_storvsc', 'sd_mod'],
  nvme: ['nvme'],
  pvscsi: ['vmw_pvscsi', 'sd_mod'],
  'virtio-blk': ['virtio_pci', 'virtio_blk'],
  'virtio-scsi': ['virtio_pci', 'virtio_scsi', 'sd_mod'],
  e1000e: ['e1000e'],
  ena: ['ena'],
  gve: ['gve'],
  'hyperv-net': ['hv_vmbus', 'hv_netvsc'],
  'virtio-net': ['virtio_pci', 'virtio_net'],
  vmxnet3: ['vmxnet3'],
};

/** Of a CD, whatever drive it is in. */
const driversOfCds = ['sr_mod', 'isofs', 'udf'];

/** What its machines need of a kernel, by what needs it: a kernel that lacks one of these is no use to some of them. */
export function driversNeeded({ anyHardware, drivers, machine }: Platform): Drivers {
  if (anyHardware) return drivers;
  const cd = drivers.cd.filter((name) => driversOfCds.includes(name));
  return { disk: driversOfModels[machine.disk], cd, nic: driversOfModels[machine.nic] };
}
