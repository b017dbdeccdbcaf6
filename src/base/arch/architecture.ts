// All that depends on a machine's architecture, as one record. Paths are relative to the root that they are in.

export interface Architecture {
  /** What `uname -m` prints. */
  readonly uname: string;
  /** Node's word: `process.arch`. */
  readonly node: string;
  /** Amazon's word. */
  readonly ec2: string;
  readonly elf: {
    /** e_machine of the header. */
    readonly machine: number;
    /** The directory of libraries under usr/lib, which is the name of the compiler's target. */
    readonly triplet: string;
    /** In an entry of the dynamic loader's cache: FLAG_ELF_LIBC6 and the machine's (glibc, sysdeps/generic/ldconfig.h). */
    readonly cacheFlags: number;
    /** Of the 32-bit programs that it runs beside its own, and where their loader looks for libraries. */
    readonly beside?: { readonly machine: number; readonly directories: readonly string[] };
  };
  /**
   * OCI's `variant`: those that run on every machine of it, '' being none, the first as we write it ourselves.
   * containerd takes an image that names none to be for the one that is not ''.
   */
  readonly variants: readonly string[];
  /** GPT partition types (UAPI Group, Discoverable Partitions Specification). */
  readonly partitionTypes: { readonly root: string; readonly hash: string };
  readonly grub: {
    /** The component that has the modules. */
    readonly component: string;
    readonly efi: GrubTarget & {
      /** On the ESP, what firmware starts without being told (UEFI 2.10, 3.5.1.1). */
      readonly file: string;
    };
    /** Absent: machines of it have no BIOS. */
    readonly bios?: GrubTarget;
  };
  /** Linux's device for the first serial port. */
  readonly console: string;
  /** libseccomp's names, with the 32-bit ones that the kernel also runs: rules hold for all of them. */
  readonly seccomp: readonly string[];
  readonly qemu: QemuBoard;
}

/** A platform of grub-mkimage: its word, which is the name of the directory of modules too. */
export interface GrubTarget {
  readonly name: string;
  /** Beside those that every platform gets. */
  readonly modules: readonly string[];
}

export interface QemuBoard {
  /** The component that has it. */
  readonly component: string;
  readonly program: string;
  /** QEMU's name of the board. */
  readonly machine: string;
  /** The processor that is emulated. */
  readonly processor: string;
  /** Where QEMU finds option ROMs and SeaBIOS. */
  readonly data: readonly string[];
  /** Firmware that starts what nobody has signed, and variables in which nothing is set. */
  readonly uefi: { readonly code: string; readonly variables: string };
  /** Whether there is a guest that tries KVM before it is used (run/probe-disk.ts). */
  readonly kvmProbe: boolean;
}
