// 64-bit Arm, little-endian: UEFI only.
import type { Architecture } from './architecture.ts';

export const arm64: Architecture = {
  uname: 'aarch64',
  node: 'arm64',
  ec2: 'arm64',
  elf: { machine: 183, triplet: 'aarch64-linux-gnu', cacheFlags: 0x0a03 },
  variants: ['v8', ''],
  partitionTypes: {
    root: 'b921b045-1df0-41c3-af44-4c6f280d3fae',
    hash: 'df3300ce-d69f-4c92-978c-9bfb0f38d820',
  },
  grub: {
    component: 'tools-grub-arm64',
    efi: { name: 'arm64-efi', modules: [], file: 'EFI/BOOT/BOOTAA64.EFI' },
  },
  console: 'ttyAMA0',
  seccomp: ['SCMP_ARCH_AARCH64', 'SCMP_ARCH_ARM'],
  qemu: {
    component: 'tools-qemu-arm64',
    program: 'qemu-system-aarch64',
    machine: 'virt',
    // Signing pointers by the architecture's own algorithm costs an emulator half of its speed.
    processor: 'max,pauth-impdef=on',
    data: ['usr/share/qemu'],
    uefi: { code: 'usr/share/AAVMF/AAVMF_CODE.no-secboot.fd', variables: 'usr/share/AAVMF/AAVMF_VARS.fd' },
    kvmProbe: false,
  },
};
