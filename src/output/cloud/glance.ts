// What Glance is told with a qcow2: the properties that Nova and libvirt go by (glance's "useful image properties"), and
// the command that uploads it.

import { type Arch, architectureOf } from '../../base/arch.ts';
import type { ReleaseVersion } from '../../base/flavour.ts';
import { quoteWord } from '../../tools/run.ts';

export interface GlanceDescription {
  /** Of the image, as people will see it. */
  readonly name: string;
  readonly version: ReleaseVersion;
  readonly arch: Arch;
  readonly firmware: 'bios' | 'uefi';
  /** In GiB. */
  readonly minDisk: number;
  /** In MiB. */
  readonly minMemory: number;
}

export interface GlanceImage {
  readonly name: string;
  readonly disk_format: 'qcow2';
  readonly container_format: 'bare';
  readonly min_disk: number;
  readonly min_ram: number;
  readonly properties: Readonly<Record<string, string>>;
}

export function describeGlanceImage(description: GlanceDescription): GlanceImage {
  const { name, version, arch, firmware, minDisk, minMemory } = description;
  const { uname, grub, qemu } = architectureOf(arch);
  return {
    name,
    disk_format: 'qcow2',
    container_format: 'bare',
    min_disk: minDisk,
    min_ram: minMemory,
    properties: {
      architecture: uname,
      hw_disk_bus: 'virtio',
      hw_firmware_type: grub.bios ? firmware : 'uefi',
      hw_machine_type: qemu.machine,
      hw_rng_model: 'virtio',
      hw_video_model: 'virtio',
      hw_vif_model: 'virtio',
      hw_vif_multiqueue_enabled: 'true',
      os_distro: 'debian',
      os_type: 'linux',
      os_version: version,
    },
  };
}

/** One line for a POSIX shell. */
export function glanceCommand(image: GlanceImage, file: string): string {
  const { name, disk_format, container_format, min_disk, min_ram, properties } = image;
  const options = {
    file,
    'disk-format': disk_format,
    'container-format': container_format,
    'min-disk': String(min_disk),
    'min-ram': String(min_ram),
  };
  const words = [
    ...Object.entries(options).flatMap(([option, value]) => [`--${option}`, value]),
    ...Object.entries(properties).flatMap(([key, value]) => ['--property', `${key}=${value}`]),
    name,
  ];
  return ['openstack image create', ...words.map(quoteWord)].join(' ');
}
