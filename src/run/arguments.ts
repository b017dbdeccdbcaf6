// What a machine is, as QEMU's arguments. Pure: paths in, strings out. Nothing listens but on 127.0.0.1, and no
// default device, configuration file or boot ROM of the host takes part.

import type { QemuBoard } from '../base/arch/architecture.ts';
import { type Arch, architectureOf } from '../base/arch.ts';
import type { Firmware } from '../base/firmware.ts';
import type { DiskContainer } from '../disk/container.ts';
import type { Dmi, DmiField } from '../platform/platform.ts';
import { type Forward, hostForward } from './forward.ts';

/** `cd` and `usb`: what is in the machine's drive, or in its port. */
export type DiskBus = 'virtio-blk' | 'virtio-scsi' | 'nvme' | 'ahci' | 'pvscsi' | 'cd' | 'usb';
export type NicDevice = 'virtio-net' | 'vmxnet3' | 'e1000e';

/**
 * `tcg` is software emulation: anywhere, and slower by an order of magnitude. With `threads: 'multi'` two processors
 * run at once, and now and then the guest's live patching loses a race.
 */
export type Accelerator =
  | { readonly kind: 'kvm' }
  | { readonly kind: 'tcg'; readonly threads: 'single' | 'multi' };

export interface MachineOptions {
  readonly arch: Arch;
  /** The disk; a machine that is given its kernel may have none. */
  readonly image?: string | undefined;
  /** Default: raw. */
  readonly format?: DiskContainer | undefined;
  /** Started by QEMU itself, without a boot loader. */
  readonly kernel?: DirectKernel | undefined;
  /** Not every architecture has a BIOS. */
  readonly firmware: Firmware;
  /** In bytes. Default: 1 GiB. */
  readonly memory?: number | undefined;
  /** Default: 1. */
  readonly cpus?: number | undefined;
  readonly accelerator: Accelerator;
  /** Default: virtio-blk. */
  readonly bus?: DiskBus | undefined;
  /** Default: virtio-net. */
  readonly nic?: NicDevice | undefined;
  /** What the machine says that it is: /sys/class/dmi/id in the guest. */
  readonly smbios?: Dmi | undefined;
  /** Writes go to a temporary file and are lost at the end. */
  readonly snapshot?: boolean | undefined;
  /** The guest's port 22 on 127.0.0.1 of the host: this port; 0 for any that is free. Default: not reachable. */
  readonly sshPort?: number | undefined;
  /** Further ports of 127.0.0.1 that lead to the guest's. */
  readonly forwards?: readonly Forward[] | undefined;
  /** Texts in the firmware's configuration (fw_cfg), by name: what only the host can write. */
  readonly firmwareConfig?: Readonly<Record<string, string>> | undefined;
  /** `isolated`: the guest reaches nothing, `open`: what the host reaches. Default: isolated. */
  readonly network?: 'isolated' | 'open' | 'none' | undefined;
  /** What the guest's reboot does: `exit` for tests, so that a panic ends the machine. Default: exit. */
  readonly onReboot?: 'exit' | 'reboot' | undefined;
  /** Connections of the guest to port 80 of an address outside go to a program's standard input and output instead. */
  readonly linkServices?: readonly LinkService[] | undefined;
  /** A volume beside the disk: a CD drive on AHCI or USB, or a disk of virtio. */
  readonly volume?: { readonly path: string; readonly as: 'cd' | 'disk' } | undefined;
  /** Files of fw_cfg, by key. */
  readonly firmwareFiles?: Readonly<Record<string, string>> | undefined;
  /** An i6300esb that resets the machine. */
  readonly watchdog?: boolean | undefined;
  /** Given to QEMU as they are. */
  readonly extra?: readonly string[] | undefined;
}

export interface LinkService {
  readonly address: string;
  readonly command: readonly string[];
}

/** Paths of files, and the kernel's arguments. */
export interface DirectKernel {
  readonly kernel: string;
  readonly initrd?: string | undefined;
  readonly cmdline: string;
}

/** Files of the tools and of this run. */
export interface MachineFiles {
  /** Where QEMU finds its option ROMs and SeaBIOS. */
  readonly data: readonly string[];
  /** UEFI only: the firmware, and this run's own copy of its variables. */
  readonly uefi?: { readonly code: string; readonly variables: string } | undefined;
  /** The descriptor of the control socket (QMP) that QEMU inherits. */
  readonly controlDescriptor?: number | undefined;
}

const mebibyte = 1 << 20;

export const machineProgram = (arch: Arch): string => architectureOf(arch).qemu.program;

export function machineArguments(options: MachineOptions, files: MachineFiles): string[] {
  const {
    arch,
    memory = 1024 * mebibyte,
    cpus = 1,
    onReboot = 'exit',
    watchdog = false,
    extra = [],
  } = options;
  const board = architectureOf(arch).qemu;
  return [
    ...['-nodefaults', '-no-user-config', '-display', 'none'],
    ...files.data.flatMap((directory) => ['-L', directory]),
    ...['-machine', board.machine, ...accelerator(options.accelerator, board)],
    ...['-m', `${Math.ceil(memory / mebibyte)}M`, '-smp', String(cpus)],
    ...uefi(options, files),
    ...smbios(options),
    ...firmwareConfig(options),
    ...direct(options),
    ...disk(options),
    ...network(options),
    ...volume(options),
    ...firmwareFiles(options),
    ...['-device', 'virtio-rng-pci'],
    ...['-chardev', 'stdio,id=serial0,signal=off', '-serial', 'chardev:serial0'],
    ...(files.controlDescriptor === undefined
      ? []
      : [
          '-chardev',
          `socket,id=control0,fd=${files.controlDescriptor}`,
          '-mon',
          'chardev=control0,mode=control',
        ]),
    ...(watchdog ? ['-device', 'i6300esb', '-action', 'watchdog=reset'] : []),
    ...(onReboot === 'exit' ? ['-no-reboot'] : []),
    ...extra,
  ];
}

function accelerator(chosen: Accelerator, { processor }: QemuBoard): string[] {
  if (chosen.kind === 'kvm') return ['-accel', 'kvm', '-cpu', 'host'];
  return ['-accel', `tcg,thread=${chosen.threads}`, '-cpu', processor];
}

function uefi({ arch, firmware }: MachineOptions, { uefi }: MachineFiles): string[] {
  if (firmware === 'bios') {
    if (architectureOf(arch).grub.bios) return [];
    throw new Error(`a machine of ${arch} with a BIOS`);
  }
  if (uefi === undefined) throw new Error('a UEFI machine without its firmware files');
  return [
    ...['-drive', `if=pflash,unit=0,format=raw,readonly=on,file=${value(uefi.code)}`],
    ...['-drive', `if=pflash,unit=1,format=raw,file=${value(uefi.variables)}`],
  ];
}

function direct({ kernel }: MachineOptions): string[] {
  if (kernel === undefined) return [];
  const initrd = kernel.initrd === undefined ? [] : ['-initrd', kernel.initrd];
  return ['-kernel', kernel.kernel, ...initrd, '-append', kernel.cmdline];
}

function disk({ image, format = 'raw', kernel, bus = 'virtio-blk', snapshot }: MachineOptions): string[] {
  if (image === undefined) return [];
  const drive = [`if=none,id=disk0,format=${format},file=${value(image)}`];
  if (bus === 'cd') drive.push('media=cdrom,readonly=on');
  // A snapshot is lost anyway: flushing it to the host's disk would be for nothing.
  else if (snapshot) drive.push('snapshot=on,cache=unsafe');
  // With -kernel, QEMU gives the first place to the ROM that starts it.
  const devices = diskDevices[bus].map((device) => (kernel ? device.replace(',bootindex=0', '') : device));
  return ['-drive', drive.join(','), ...devices.flatMap((device) => ['-device', device])];
}

const diskDevices: Readonly<Record<DiskBus, readonly string[]>> = {
  'virtio-blk': ['virtio-blk-pci,drive=disk0,bootindex=0'],
  'virtio-scsi': ['virtio-scsi-pci,id=scsi0', 'scsi-hd,bus=scsi0.0,drive=disk0,bootindex=0'],
  nvme: ['nvme,drive=disk0,serial=catamaran,bootindex=0'],
  ahci: ['ide-hd,bus=ide.0,drive=disk0,bootindex=0'],
  pvscsi: ['pvscsi,id=scsi0', 'scsi-hd,bus=scsi0.0,drive=disk0,bootindex=0'],
  cd: ['ide-cd,bus=ide.0,drive=disk0,bootindex=0'],
  usb: ['qemu-xhci', 'usb-storage,drive=disk0,bootindex=0'],
};

const nicDevices: Readonly<Record<NicDevice, string>> = {
  'virtio-net': 'virtio-net-pci',
  vmxnet3: 'vmxnet3',
  e1000e: 'e1000e',
};

function network(options: MachineOptions): string[] {
  const { network = 'isolated', sshPort, forwards = [], nic = 'virtio-net', linkServices = [] } = options;
  if (network === 'none') return [];
  // QEMU forwards only what is in the guest's own network: there is one network for each address that is forwarded.
  const [first, ...others] = groupServices(linkServices);
  const user = ['user,id=net0', ...(first ?? [])];
  if (network === 'isolated') user.push('restrict=on');
  if (sshPort !== undefined) user.push(hostForward({ protocol: 'tcp', host: sshPort, guest: 22 }));
  user.push(...forwards.map(hostForward));
  const device = (index: number) => ['-device', `${nicDevices[nic]},netdev=net${index},romfile=`];
  return [
    ...['-netdev', user.join(','), ...device(0)],
    ...others.flatMap((words, index) => [
      ...['-netdev', [`user,id=net${index + 1}`, ...words, 'restrict=on'].join(',')],
      ...device(index + 1),
    ]),
  ];
}

/** By the network that their address is in. */
function groupServices(services: readonly LinkService[]): string[][] {
  const networks = new Map<string, string[]>();
  for (const { address, command } of services) {
    const [a, b, c] = address.split('.');
    const words =
      a === '169'
        ? ['net=169.254.0.0/16', 'dhcpstart=169.254.10.15']
        : [`net=${a}.${b}.${c}.0/24`, `dhcpstart=${a}.${b}.${c}.100`];
    const known = networks.get(words[0]!) ?? words;
    networks.set(words[0]!, [...known, `guestfwd=tcp:${address}:80-cmd:${command.map(value).join(' ')}`]);
  }
  return [...networks.values()];
}

function volume({ volume, arch }: MachineOptions): string[] {
  if (volume === undefined) return [];
  const { path, as } = volume;
  const drive = `if=none,id=volume0,format=raw,readonly=on,file=${value(path)}${as === 'cd' ? ',media=cdrom' : ''}`;
  const device =
    as === 'disk'
      ? ['-device', 'virtio-blk-pci,drive=volume0']
      : architectureOf(arch).grub.bios
        ? ['-device', 'ide-cd,bus=ide.2,drive=volume0']
        : ['-device', 'virtio-scsi-pci,id=cd0', '-device', 'scsi-cd,bus=cd0.0,drive=volume0'];
  return ['-drive', drive, ...device];
}

function firmwareFiles({ firmwareFiles = {} }: MachineOptions): string[] {
  return Object.entries(firmwareFiles).flatMap(([key, path]) => [
    '-fw_cfg',
    `name=${value(key)},file=${value(path)}`,
  ]);
}

/** SMBIOS's tables (DSP0134) of firmware, system and chassis, by the names that Linux has for their fields. */
const smbiosFields: Readonly<Record<DmiField, readonly [type: number, key: string]>> = {
  bios_vendor: [0, 'vendor'],
  bios_version: [0, 'version'],
  sys_vendor: [1, 'manufacturer'],
  product_name: [1, 'product'],
  chassis_asset_tag: [3, 'asset'],
};

function smbios({ smbios = {} }: MachineOptions): string[] {
  return (Object.keys(smbiosFields) as DmiField[]).flatMap((field) => {
    const text = smbios[field];
    const [type, key] = smbiosFields[field];
    return text === undefined ? [] : ['-smbios', `type=${type},${key}=${value(text)}`];
  });
}

function firmwareConfig({ firmwareConfig = {} }: MachineOptions): string[] {
  return Object.entries(firmwareConfig).flatMap(([name, text]) => [
    '-fw_cfg',
    `name=${name},string=${value(text)}`,
  ]);
}

/** In QEMU's option syntax a comma is doubled. */
const value = (text: string): string => text.replaceAll(',', ',,');
