// Where a system boots: what the builder makes for it and what the machine finds there, said once. Pure data; the device
// reads it too.
import type { Firmware } from '../base/firmware.ts';
import type { ImageNameRule } from './image-name.ts';
import type { UserDataSource } from './user-data.ts';

export interface Platform {
  /** For people. */
  readonly title: string;
  readonly detection: Detection;
  /** Strings with which a machine of QEMU passes for one. */
  readonly smbios: Dmi;
  readonly drivers: Drivers;
  /** Nobody knows which of its drivers a machine needs. */
  readonly anyHardware?: true;
  readonly kernel: {
    /** The last one is /dev/console. Where there may be no serial port it is not last, or not named at all. */
    readonly consoles: readonly Console[];
    readonly arguments: readonly string[];
  };
  /** Which it has, the one that a new machine gets first. */
  readonly firmware: readonly Firmware[];
  /** What a new machine gets: for `run`, and for what describes one (OVF). */
  readonly machine: { readonly disk: DiskModel; readonly nic: NicModel };
  /** In the order in which they are asked. */
  readonly userData: readonly UserDataSource[];
  readonly imageName: ImageNameRule;
  /** Sizes of a disk in bytes: at least, and a multiple of. */
  readonly disk: { readonly smallest: number; readonly multiple: number };
}

/** Files of /sys/class/dmi/id. */
export type DmiField = 'sys_vendor' | 'product_name' | 'bios_vendor' | 'bios_version' | 'chassis_asset_tag';
export type Dmi = Readonly<Partial<Record<DmiField, string>>>;

export interface Detection {
  /** Any of these, each with all of its fields. A `*` at an end stands for any text. */
  readonly dmi: readonly Dmi[];
  /** Of a volume that it hands over. */
  readonly labels: readonly string[];
  /** A hypervisor that others build on: a volume's label knows better. */
  readonly generic?: true;
}

/** Kernel modules, by what needs them. Those of disks and CD drives must be in the initrd. */
export interface Drivers {
  readonly disk: readonly string[];
  readonly cd: readonly string[];
  readonly nic: readonly string[];
}

export const consoles = ['screen', 'serial'] as const;
export type Console = (typeof consoles)[number];

export type DiskModel = 'ahci' | 'hyperv-scsi' | 'nvme' | 'pvscsi' | 'virtio-blk' | 'virtio-scsi';
export type NicModel = 'e1000e' | 'ena' | 'gve' | 'hyperv-net' | 'virtio-net' | 'vmxnet3';
