// What each of Catamaran's components is in a spec: the section that it belongs to, and what it does there. One line for
// each; a component that is not here is taken anywhere.

export interface Role {
  /** `any`: of a container in whichever section. */
  readonly section: 'kernel' | 'init' | 'services' | 'any';
  /** Of each of these parts of a system there is one. */
  readonly parts?: readonly SystemPart[];
}

export type SystemPart = 'init' | 'runtime' | 'agent' | 'updater' | 'scheduler';

export const roles: Readonly<Record<string, Role>> = {
  kernel: { section: 'kernel' },
  'kernel-generic': { section: 'kernel' },
  initrd: { section: 'kernel' },
  init: { section: 'init', parts: ['init'] },
  'init-docker': { section: 'init', parts: ['init', 'runtime'] },
  'init-systemd': { section: 'init', parts: ['init'] },
  crun: { section: 'init', parts: ['runtime'] },
  runc: { section: 'init', parts: ['runtime'] },
  agent: { section: 'init', parts: ['agent'] },
  updater: { section: 'init', parts: ['updater'] },
  provision: { section: 'init' },
  network: { section: 'init' },
  mkfs: { section: 'init' },
  apparmor: { section: 'init' },
  'cni-plugins': { section: 'init' },
  compose: { section: 'init' },
  docker: { section: 'init' },
  etcd: { section: 'init' },
  lxc: { section: 'init' },
  nspawn: { section: 'init' },
  passwd: { section: 'init' },
  podman: { section: 'init' },
  registry: { section: 'init' },
  ceph: { section: 'init' },
  chrony: { section: 'init' },
  cifs: { section: 'init' },
  cockpit: { section: 'init' },
  cron: { section: 'init', parts: ['scheduler'] },
  cryptsetup: { section: 'init' },
  haproxy: { section: 'init' },
  'hyperv-daemons': { section: 'init' },
  incus: { section: 'init' },
  iperf3: { section: 'init' },
  keepalived: { section: 'init' },
  kubectl: { section: 'init' },
  logrotate: { section: 'init' },
  lvm2: { section: 'init' },
  machined: { section: 'init' },
  multipath: { section: 'init' },
  nfs: { section: 'init' },
  nftables: { section: 'init' },
  nginx: { section: 'init' },
  'node-exporter': { section: 'init' },
  'open-iscsi': { section: 'init' },
  'open-vm-tools': { section: 'init' },
  'qemu-guest-agent': { section: 'init' },
  rsyslog: { section: 'init' },
  runsc: { section: 'init' },
  smartmontools: { section: 'init' },
  toolbox: { section: 'init' },
  'wireguard-tools': { section: 'init' },
  sysctl: { section: 'any' },
  containerd: { section: 'services' },
  dhcp: { section: 'services' },
  getty: { section: 'services' },
  sshd: { section: 'services' },
  'user-docker': { section: 'services' },
};

export const partNames: Readonly<Record<SystemPart, string>> = {
  init: 'init',
  runtime: 'container runtime',
  agent: 'agent',
  updater: 'updater',
  scheduler: 'scheduler',
};

/** What is added where a part is missing. */
export const usualPart: Readonly<Record<SystemPart, string>> = {
  init: 'component:init',
  runtime: 'component:crun',
  agent: 'component:agent',
  updater: 'component:updater',
  scheduler: 'component:cron',
};
