// Kernel modules that platforms have in common, and which of all of them Debian's cloud kernel leaves out.
import type { Drivers } from './platform.ts';

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
