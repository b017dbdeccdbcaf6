// 64-bit x86: BIOS and UEFI.
import type { Architecture } from './architecture.ts';

export const amd64: Architecture = {
  uname: 'x86_64',
  node: 'x64',
  ec2: 'x86_64',
  elf: {
    machine: 62,
    triplet: 'x86_64-linux-gnu',
    cacheFlags: 0x0303,
    beside: { machine: 3, directories: ['usr/lib/i386-linux-gnu', 'usr/lib32', 'usr/lib'] },
  },
  variants: ['', 'v1'],
  partitionTypes: {
    root: '4f68bce3-e8cd-4db1-96e7-fbcaf984b709',
    hash: '2c7357ed-ebd2-46d9-aec1-23d437ec2bf5',
  },
  grub: {
    component: 'tools-grub-amd64',
    efi: { name: 'x86_64-efi', modules: ['serial'], file: 'EFI/BOOT/BOOTX64.EFI' },
    bios: { name: 'i386-pc', modules: ['biosdisk', 'serial'] },
  },
  console: 'ttyS0',
  seccomp: ['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86', 'SCMP_ARCH_X32'],
  qemu: {
    component: 'tools-qemu',
    program: 'qemu-system-x86_64',
    machine: 'q35',
    // Without cx16, for QEMU 7.2 is wrong about cmpxchg16b; without erms and fsrm, whose emulation clears a page ten
    // times slower than plain stores do.
    processor: 'max,-cx16,-erms,-fsrm',
    data: ['usr/share/qemu', 'usr/share/seabios'],
    uefi: { code: 'usr/share/OVMF/OVMF_CODE_4M.fd', variables: 'usr/share/OVMF/OVMF_VARS_4M.fd' },
    kvmProbe: true,
  },
};
