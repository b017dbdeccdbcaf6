// Which output is booted on what, for the tests that boot them and for docs/platforms.md, which says the same: that is made from this.
import type { Firmware } from '../../src/base/firmware.ts';
import type { DiskBus, NicDevice } from '../../src/run/arguments.ts';

export interface DiskRow {
  readonly format: string;
  readonly bus: DiskBus;
  readonly firmware: Firmware;
  readonly nic?: NicDevice;
  /** In every run of the suite. */
  readonly sample?: true;
}

/** The file that was written, or the disk in it, as a disk. QEMU's UEFI has no driver for pvscsi. */
export const diskRows = [
  { format: 'qcow2', bus: 'virtio-scsi', firmware: 'bios' },
  { format: 'qcow2', bus: 'virtio-scsi', firmware: 'uefi' },
  { format: 'raw', bus: 'virtio-blk', firmware: 'bios' },
  { format: 'openstack', bus: 'virtio-blk', firmware: 'uefi' },
  { format: 'vmdk', bus: 'nvme', firmware: 'uefi', nic: 'vmxnet3' },
  { format: 'vsphere', bus: 'pvscsi', firmware: 'bios', nic: 'vmxnet3', sample: true },
  { format: 'virtualbox', bus: 'ahci', firmware: 'uefi' },
  { format: 'azure', bus: 'ahci', firmware: 'bios' },
  { format: 'dynamic-vhd', bus: 'virtio-scsi', firmware: 'bios' },
  { format: 'vhdx', bus: 'virtio-scsi', firmware: 'uefi', sample: true },
  { format: 'gce', bus: 'virtio-scsi', firmware: 'uefi' },
  { format: 'aws', bus: 'nvme', firmware: 'bios' },
  { format: 'aws', bus: 'nvme', firmware: 'uefi' },
  // LinuxKit's names, by the firmware that they name.
  { format: 'raw-bios', bus: 'virtio-blk', firmware: 'bios' },
  { format: 'raw-efi', bus: 'virtio-blk', firmware: 'uefi' },
  { format: 'qcow2-bios', bus: 'virtio-blk', firmware: 'bios' },
  { format: 'qcow2-efi', bus: 'virtio-blk', firmware: 'uefi' },
  { format: 'vhd', bus: 'ahci', firmware: 'bios' },
] as const satisfies readonly DiskRow[];

export type Arm64Row = Pick<DiskRow, 'format' | 'bus' | 'sample'>;

/** Of arm64, by UEFI, the only firmware that it has; QEMU's has a driver for neither pvscsi nor AHCI there. */
export const arm64Rows = [
  { format: 'qcow2', bus: 'virtio-blk', sample: true },
  { format: 'raw', bus: 'usb' },
  { format: 'raw.gz', bus: 'virtio-blk' },
  { format: 'raw.zst', bus: 'virtio-blk' },
  { format: 'openstack', bus: 'virtio-blk' },
  { format: 'vmdk', bus: 'nvme' },
  { format: 'vsphere', bus: 'nvme' },
  { format: 'virtualbox', bus: 'virtio-scsi' },
  { format: 'azure', bus: 'virtio-scsi' },
  { format: 'dynamic-vhd', bus: 'virtio-scsi' },
  { format: 'vhdx', bus: 'virtio-scsi' },
  { format: 'aws', bus: 'nvme' },
  { format: 'gce', bus: 'virtio-scsi' },
] as const satisfies readonly Arm64Row[];

export type Medium = 'cd' | 'usb';

export interface MediaRow {
  readonly format: string;
  readonly medium: Medium | 'disk';
  readonly firmware: Firmware;
  readonly sample?: true;
}

/** Live media. */
export const liveRows = [
  { format: 'iso', medium: 'usb', firmware: 'uefi', sample: true },
  { format: 'iso', medium: 'usb', firmware: 'bios' },
  { format: 'iso', medium: 'cd', firmware: 'uefi' },
  { format: 'iso-plain', medium: 'cd', firmware: 'uefi' },
  { format: 'iso-plain', medium: 'cd', firmware: 'bios' },
] as const satisfies readonly MediaRow[];

/** LinuxKit's. */
export const mediaRows = [
  { format: 'iso-bios', medium: 'cd', firmware: 'bios' },
  { format: 'iso-efi', medium: 'cd', firmware: 'uefi' },
  { format: 'iso-efi-initrd', medium: 'cd', firmware: 'uefi' },
  { format: 'iso-efi-initrd', medium: 'disk', firmware: 'bios' },
] as const satisfies readonly MediaRow[];

/** Machines of arm64 have UEFI and no other firmware, and those of the test start from no disk that is an ISO. */
export const hasArm64 = ({ firmware, medium }: MediaRow): boolean => firmware === 'uefi' && medium !== 'disk';

/** Live media for arm64. */
export const arm64LiveRows = [
  { format: 'iso-plain', medium: 'cd' },
  { format: 'usb', medium: 'usb' },
] as const;

/** What a kernel mounts by itself. */
export const rootRows = [
  { format: 'kernel+iso', suffix: '.iso', type: 'iso9660', medium: 'cd' },
  { format: 'kernel+erofs', suffix: '-erofs.img', type: 'erofs', medium: 'disk' },
  { format: 'kernel+squashfs', suffix: '-squashfs.img', type: 'squashfs', medium: 'disk' },
] as const;

/** Of whom has read what was built, for a service or by its tools. */
export const readers: Readonly<Record<string, readonly string[]>> = {
  aws: ['Moto (EBS direct, register-image), by boto3'],
  'dynamic-vhd': ['qemu-img', 'Glance 30'],
  gce: ['GNU tar'],
  gcp: ['GNU tar'],
  iso: ['xorriso'],
  'iso-plain': ['xorriso', 'Glance 30'],
  'kernel+erofs': ['fsck.erofs'],
  'kernel+iso': ['xorriso'],
  'kernel+squashfs': ['unsquashfs'],
  openstack: ['qemu-img', 'Glance 30, with its properties'],
  qcow2: ['qemu-img', 'Glance 30'],
  raw: ['Glance 30, and its inspector'],
  'raw.gz': ['zlib'],
  'raw.zst': ['zstd'],
  vhdx: ['qemu-img', 'Glance 30'],
  vmdk: ['qemu-img', 'Glance 30'],
};

/** Other ways to boot, of tests that have no table. */
export const otherBoots: Readonly<Record<string, string>> = {
  iso: 'a CD, arm64; what it has installed, BIOS, UEFI and arm64',
  'kernel+initrd': 'by QEMU itself, both architectures',
  pxe: 'iPXE, BIOS: the root by URL and appended, by HTTP and by TFTP; a GRUB from the network by TFTP, UEFI; by QEMU itself, arm64',
};

/** What nobody could try here, and why. */
export const untried: Readonly<Record<string, string>> = {
  aws: 'EC2 itself; ENA, which QEMU has not',
  azure: 'Azure itself; Glance takes no fixed VHD',
  'dynamic-vhd': 'Hyper-V itself',
  gce: 'Compute Engine itself; gVNIC, which QEMU has not',
  gcp: 'as gce',
  iso: 'Glance 30 refuses it, as a disk and an ISO at once: iso-plain is for it',
  docker: 'Docker itself',
  openstack: 'Nova',
  pxe: 'iPXE under UEFI',
  rpi3: 'cannot be made',
  vhd: 'as azure',
  vhdx: 'Hyper-V itself',
  virtualbox: 'VirtualBox itself',
  vmdk: 'Workstation itself',
  vsphere: 'ESXi itself; UEFI on pvscsi, for which QEMU’s firmware has no driver',
};
