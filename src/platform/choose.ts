// What a build makes of a platform's entry: with the spec's own settings, for an architecture.
import { type Arch, architectureOf } from '../base/arch.ts';
import type { Firmware } from '../base/firmware.ts';
import type { Console, Platform } from './platform.ts';

/** The spec's `platforms.NAME`. */
export interface PlatformSettings {
  /** What machines are made with, where that is said with the image. */
  readonly firmware?: Firmware;
  /** Kernel arguments in addition. */
  readonly cmdline?: string;
  /** Which one is /dev/console. */
  readonly console?: Console;
}

/** The platform's, of those that the architecture has; undefined where there is none. */
export function firmwareOn(platform: Platform, arch: Arch): readonly Firmware[] {
  return platform.firmware.filter((each) => each === 'uefi' || architectureOf(arch).grub.bios);
}

/** In addition to the spec's own. */
export function kernelArguments(
  { kernel }: Platform,
  arch: Arch,
  { cmdline = '', console }: PlatformSettings = {},
): string[] {
  const others = kernel.consoles.filter((each) => each !== console);
  const devices = console ? [...others, console] : others;
  return [
    ...devices.map(
      (each) => `console=${each === 'screen' ? 'tty0' : `${architectureOf(arch).console},115200n8`}`,
    ),
    ...kernel.arguments,
    ...cmdline.split(/\s+/).filter(Boolean),
  ];
}

/** The size of a disk that holds `bytes`. */
export function diskSizeOn({ disk }: Platform, bytes: number): number {
  return Math.ceil(Math.max(disk.smallest, bytes) / disk.multiple) * disk.multiple;
}
