// linux.seccomp of a container. Our default profile lets through what programs need and refuses, with EPERM, the calls
// that reach around containers; a capability that the container has brings back the calls that it stands for.

import { architectureOf, isArch } from '../base/arch.ts';
import { expandCapabilities } from '../specification/capabilities.ts';
import type { Seccomp, Settings } from '../specification/types.ts';

/** Refused unless the container has the capability. */
const guarded: Readonly<Record<string, string>> = {
  CAP_SYS_ADMIN: `bpf fanotify_init fsconfig fsmount fsopen fspick lookup_dcookie mount mount_setattr move_mount
    open_tree perf_event_open pivot_root quotactl quotactl_fd setdomainname sethostname setns swapoff swapon
    umount umount2 unshare`,
  CAP_SYS_BOOT: 'kexec_file_load kexec_load reboot',
  CAP_SYS_CHROOT: 'chroot',
  CAP_SYS_MODULE: 'create_module delete_module finit_module init_module query_module',
  CAP_SYS_NICE: 'get_mempolicy mbind migrate_pages move_pages set_mempolicy set_mempolicy_home_node',
  CAP_SYS_PACCT: 'acct',
  CAP_SYS_PTRACE: 'kcmp pidfd_getfd process_madvise',
  CAP_SYS_RAWIO: 'ioperm iopl',
  CAP_SYS_TIME: 'clock_settime clock_settime64 settimeofday stime',
  CAP_SYSLOG: 'syslog',
  CAP_DAC_READ_SEARCH: 'open_by_handle_at',
};

/** Refused always: keyrings are not namespaced, the others are old, or a frequent way out. */
const refused = `_sysctl add_key get_kernel_syms io_uring_enter io_uring_register io_uring_setup keyctl nfsservctl
  request_key sysfs userfaultfd uselib ustat vm86 vm86old`;

const eperm = 1;
const enosys = 38;
/** Bits of clone(2) that make namespaces: cgroup, UTS, IPC, user, PID, network, mount. */
const namespaces = 0x7e020000;

export function seccompOf(seccomp: Seccomp, settings: Settings, architecture: string): object {
  if (seccomp.kind === 'profile') return seccomp.profile as object;
  const has = new Set(expandCapabilities(settings.capabilities ?? []));
  const names = Object.entries(guarded)
    .filter(([capability]) => !has.has(capability))
    .flatMap(([, calls]) => calls.split(/\s+/));
  return {
    defaultAction: 'SCMP_ACT_ALLOW',
    ...(isArch(architecture) && { architectures: architectureOf(architecture).seccomp }),
    syscalls: [
      {
        names: [...refused.split(/\s+/), ...names].sort(),
        action: 'SCMP_ACT_ERRNO',
        errnoRet: eperm,
      },
      ...(has.has('CAP_SYS_ADMIN') ? [] : newNamespaces),
    ],
  };
}

/** clone3 keeps its flags out of a filter's sight; libraries fall back to clone where it does not exist. */
const newNamespaces = [
  { names: ['clone3'], action: 'SCMP_ACT_ERRNO', errnoRet: enosys },
  ...namespaceBits().map((bit) => ({
    names: ['clone'],
    action: 'SCMP_ACT_ERRNO',
    errnoRet: eperm,
    args: [{ index: 0, value: bit, valueTwo: bit, op: 'SCMP_CMP_MASKED_EQ' }],
  })),
];

function namespaceBits(): number[] {
  return Array.from({ length: 31 }, (_, bit) => 2 ** bit).filter((bit) => (namespaces & bit) !== 0);
}
