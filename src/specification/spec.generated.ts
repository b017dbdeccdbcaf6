// Generated from schemas/spec.schema.json by scripts/generate.mjs. Do not edit.
/**
 * An operating system: its kernel, its init, its containers, its files and its updates. A superset of
 * LinuxKit’s format.
 */
export interface SpecDocument {
  /** Names the releases and fills /etc/os-release. Default: the file’s name and version 0. */
  readonly os?: RawOperatingSystem;
  /** Specs that come before this one, relative to it: mappings are merged, lists joined, later values win. */
  readonly include?: readonly string[];
  /**
   * Values that may be set when building, by --set NAME=VALUE. ${NAME} in a text stands for the value,
   * $${NAME} for itself.
   */
  readonly variables?: Readonly<Record<string, RawVariable>>;
  /** The kernel, its arguments and its initrd. */
  readonly kernel?: RawKernel;
  /** Images that make up the root file system, in order. */
  readonly init?: readonly string[];
  /** Containers that run once, in order, before the services. Each must exit with 0. */
  readonly onboot?: readonly RawOnbootContainer[];
  /** Containers that run as long as the machine does. Supervised, and started again when they end. */
  readonly services?: readonly RawService[];
  /** Containers that run once, in order, after the services have stopped. */
  readonly onshutdown?: readonly RawOnshutdownContainer[];
  /** Files, directories and symbolic links of the root file system, written last. */
  readonly files?: readonly RawFileEntry[];
  /** File systems that containers share. */
  readonly volumes?: readonly RawVolume[];
  /** LinuxKit’s Docker Content Trust; accepted, and without effect, as in LinuxKit. */
  readonly trust?: RawTrust;
  /**
   * Where changes to /etc are kept: on the data partition, or in memory until the next boot. Default:
   * persistent.
   */
  readonly etc?: 'persistent' | 'memory';
  /** Sizes of the partitions. */
  readonly disk?: RawDisk;
  /** Former versions of services that this release keeps, so that each can be taken back by itself. */
  readonly keep?: RawKeep;
  /**
   * What `build` writes where --format says nothing: names of formats, or formats with options. Default:
   * qcow2.
   */
  readonly outputs?: readonly (RawWantedOutput | string)[];
  /** Where a machine gets its updates, and when it may reboot into one. */
  readonly update?: RawUpdate;
  /**
   * What the machine sets up where user-data and platform say nothing else, as netplan has it. Needs
   * component:network in init.
   */
  readonly network?: Readonly<Record<string, unknown>>;
  /**
   * What the machine lets in; nothing else comes in, but for answers to what it asked, loopback, neighbour
   * discovery and DHCP. What is forwarded is left to container engines. Needs component:nftables in init.
   */
  readonly firewall?: RawFirewall;
  /** What a new version must pass before it is kept. */
  readonly health?: RawHealth;
  /** Where the images boot, with settings for each. */
  readonly platforms?: RawPlatforms;
}

/** Names the releases and fills /etc/os-release. Default: the file’s name and version 0. */
export interface RawOperatingSystem {
  /** Short name: file names, GUIDs and ID= come from it. */
  readonly id: string;
  /** Name for people. Default: the id. */
  readonly name?: string;
  /** Version of this release. */
  readonly version: string;
  /** HOME_URL= of /etc/os-release. */
  readonly 'home-url'?: string;
  /** DOCUMENTATION_URL= of /etc/os-release. */
  readonly 'documentation-url'?: string;
  /** SUPPORT_URL= of /etc/os-release. */
  readonly 'support-url'?: string;
  /** BUG_REPORT_URL= of /etc/os-release. */
  readonly 'bug-report-url'?: string;
  /** PRIVACY_POLICY_URL= of /etc/os-release. */
  readonly 'privacy-policy-url'?: string;
  /** VENDOR_NAME= of /etc/os-release. */
  readonly 'vendor-name'?: string;
  /** VENDOR_URL= of /etc/os-release. */
  readonly 'vendor-url'?: string;
  /** VARIANT= of /etc/os-release. */
  readonly variant?: string;
  /** VARIANT_ID= of /etc/os-release. */
  readonly 'variant-id'?: string;
  /** ANSI_COLOR= of /etc/os-release. */
  readonly 'ansi-color'?: string;
  /** LOGO= of /etc/os-release. */
  readonly logo?: string;
}

/** One variable. */
export interface RawVariable {
  /** What it takes. Default: string. */
  readonly type?: 'string' | 'integer' | 'boolean';
  /** Its value where none is set. Without it, one must be set. */
  readonly default?: boolean | number | string;
  /** For people. */
  readonly description?: string;
}

/** The kernel, its arguments and its initrd. */
export interface RawKernel {
  /** Image with the kernel. */
  readonly image?: string;
  /** Kernel arguments. Line breaks count as spaces. */
  readonly cmdline?: string;
  /** Name of the kernel in its image. Default: kernel. */
  readonly binary?: string;
  /** Name of the modules’ archive in the kernel image; none for no modules. Default: kernel.tar. */
  readonly tar?: string;
  /** Name of the microcode archive in the kernel image. */
  readonly ucode?: string;
  /** Image with the initrd. Default: component:initrd. */
  readonly initrd?: string;
}

/** A container that runs once before the services. */
export interface RawOnbootContainer extends RawContainerSettings {
  /**
   * The container’s name: names its directory, its log and its process. Best of letters, digits, "_", "."
   * and "-"; what else it has is replaced there.
   */
  readonly name: string;
  /**
   * Where the image comes from: component:NAME, ./DIRECTORY of a component, REGISTRY/NAME:TAG@DIGEST,
   * oci:DIRECTORY[:TAG], oci-archive:FILE or docker-archive:FILE.
   */
  readonly image: string;
  /** Onboot: go on with the boot if it fails. */
  readonly optional?: boolean;
  /**
   * Filter of system calls: default, unconfined, or a profile in OCI’s JSON, relative to the spec. Default:
   * unconfined.
   */
  readonly seccomp?: string;
  /** AppArmor: unconfined, default, or a file with a profile, relative to the spec. Default: unconfined. */
  readonly apparmor?: string;
  /**
   * Files that the container finds in /run/secrets, read-only. They are read on the machine when it starts
   * and never enter an image.
   */
  readonly secrets?: readonly (RawSecret | string)[];
  /**
   * How much it may write into its own root, which is memory. Default: a share of the machine's memory, at
   * most 64M; more belongs on /var.
   */
  readonly writable?: string;
}

/** A secret: a name, whose file is /var/lib/secrets/NAME, or a name and a file. */
export interface RawSecret {
  /** Its name in /run/secrets. */
  readonly name: string;
  /** Where it is on the machine. Default: /var/lib/secrets/NAME. */
  readonly file?: string;
}

/** How a container runs. The same keys as in an image’s label org.mobyproject.config; what a spec says wins. */
export interface RawContainerSettings {
  /** Capabilities. Default: none. "all" gives every one. */
  readonly capabilities?: readonly string[];
  /** Capabilities beside those of capabilities or of the image’s label. */
  readonly 'capabilities.add'?: readonly string[];
  /** Ambient capabilities. */
  readonly ambient?: readonly string[];
  /** Mounts. */
  readonly mounts?: readonly RawMount[];
  /**
   * Bind mounts, SOURCE:DESTINATION[:OPTIONS], in place of those of the image’s label. SOURCE is a path of
   * the machine or a volume’s name.
   */
  readonly binds?: readonly string[];
  /** Bind mounts beside those of binds or of the image’s label. */
  readonly 'binds.add'?: readonly string[];
  /** Memory file systems, DESTINATION[:OPTIONS]. */
  readonly tmpfs?: readonly string[];
  /** Device nodes. */
  readonly devices?: readonly RawDevice[];
  /** Command, in place of the image’s entrypoint and arguments. */
  readonly command?: readonly string[];
  /** Environment, in place of the image’s, NAME=VALUE. */
  readonly env?: readonly string[];
  /** Working directory. Default: /. */
  readonly cwd?: string;
  /** Network namespace: host, new, none, or a path. Default: host. */
  readonly net?: string;
  /** Process namespace: host, new, or a path. Default: new. */
  readonly pid?: string;
  /** IPC namespace: host, new, or a path. Default: host. */
  readonly ipc?: string;
  /** UTS namespace: host, new, or a path. Default: host. */
  readonly uts?: string;
  /** User namespace: host, new, or a path. Default: host. */
  readonly userns?: string;
  /** User ids of a new user namespace. */
  readonly uidMappings?: readonly RawIdMapping[];
  /** Group ids of a new user namespace. */
  readonly gidMappings?: readonly RawIdMapping[];
  /** Host name. A new UTS namespace comes with it, unless uts says otherwise. */
  readonly hostname?: string;
  /** Root file system read-only, without an overlay in memory. */
  readonly readonly?: boolean;
  /** Paths that the container cannot read. */
  readonly maskedPaths?: readonly string[];
  /** Paths that the container cannot write. */
  readonly readonlyPaths?: readonly string[];
  /** User. Default: 0. */
  readonly uid?: number | string;
  /** Group. Default: 0. */
  readonly gid?: number | string;
  /** Supplementary groups. */
  readonly additionalGids?: readonly (number | string)[];
  /** No program may gain privileges. */
  readonly noNewPrivileges?: boolean;
  /** −1000 (never killed when memory is short) to 1000. Default: 0. */
  readonly oomScoreAdj?: number;
  /**
   * Mount propagation of the root file system: private, rprivate, shared, rshared, slave, rslave,
   * unbindable or runbindable.
   */
  readonly rootfsPropagation?: string;
  /** Control group. */
  readonly cgroupsPath?: string;
  /** Limits by control group (OCI runtime specification, Linux resources). */
  readonly resources?: RawResources;
  /** Kernel parameters of the container’s namespaces. */
  readonly sysctl?: Readonly<Record<string, string>>;
  /** Limits NAME,SOFT,HARD. */
  readonly rlimits?: readonly string[];
  /** OCI annotations. */
  readonly annotations?: Readonly<Record<string, string>>;
  /** What is prepared on the host before the container starts (LinuxKit’s runtime section). */
  readonly runtime?: RawRuntime;
}

/** A mount inside a container. */
export interface RawMount {
  /** File system type. Guessed for proc, sysfs, devpts, mqueue, cgroup, and tmpfs on /dev. */
  readonly type?: string;
  /** What is mounted. Default: the type. */
  readonly source?: string;
  /** Where, an absolute path. */
  readonly destination?: string;
  /** Mount options. */
  readonly options?: readonly string[];
  /** Id-mapped mount: user ids. */
  readonly uidmappings?: readonly RawIdMapping[];
  /** Id-mapped mount: group ids. */
  readonly gidmappings?: readonly RawIdMapping[];
}

/** A range of ids of a user namespace. */
export interface RawIdMapping {
  /** First id inside the container. Default: 0. */
  readonly containerID?: number;
  /** First id outside. Default: 0. */
  readonly hostID?: number;
  /** How many. Default: 1. */
  readonly size?: number;
}

/** A device node of a container. */
export interface RawDevice {
  /** Path of the node, or "all" for every device of the type. */
  readonly path?: string;
  /** c or u: character, b: block, p: FIFO, a: all. */
  readonly type?: string;
  /** Major number. */
  readonly major?: number;
  /** Minor number. */
  readonly minor?: number;
  /** Permission bits in octal. Default 0666. */
  readonly mode?: string;
}

/** Limits by control group (OCI runtime specification, Linux resources). */
export interface RawResources {
  /** Access to devices. */
  readonly devices?: readonly RawDeviceRule[];
  /** Memory limits in bytes. */
  readonly memory?: RawMemory;
  /** Processor limits. */
  readonly cpu?: RawProcessor;
  /** How many processes. */
  readonly pids?: RawProcesses;
  /** Limits of block I/O. */
  readonly blockio?: RawBlockDevices;
  /** Limits of huge pages. */
  readonly hugepageLimits?: readonly RawHugePageLimit[];
  /** Network priorities. */
  readonly network?: RawNetwork;
  /** Files of the control group (version 2) and what is written to them. */
  readonly unified?: Readonly<Record<string, string>>;
}

/** One rule of the device allow list. */
export interface RawDeviceRule {
  /** Allow or deny. */
  readonly allow?: boolean;
  /** a, b or c. */
  readonly type?: string;
  /** Major number. */
  readonly major?: number;
  /** Minor number. */
  readonly minor?: number;
  /** Any of r, w, m. */
  readonly access?: string;
}

/** Memory limits in bytes. */
export interface RawMemory {
  /** Hard limit in bytes. */
  readonly limit?: number;
  /** Soft limit in bytes. */
  readonly reservation?: number;
  /** Memory and swap together, in bytes. */
  readonly swap?: number;
  /** Kernel memory in bytes (cgroup v1). */
  readonly kernel?: number;
  /** Kernel TCP memory in bytes (cgroup v1). */
  readonly kernelTCP?: number;
  /** 0 to 100. */
  readonly swappiness?: number;
  /** Pause instead of killing. */
  readonly disableOOMKiller?: boolean;
}

/** Processor limits. */
export interface RawProcessor {
  /** Relative weight. */
  readonly shares?: number;
  /** Microseconds of processor time in a period. */
  readonly quota?: number;
  /** Length of a period in microseconds. */
  readonly period?: number;
  /** Realtime microseconds in a period. */
  readonly realtimeRuntime?: number;
  /** Length of a realtime period in microseconds. */
  readonly realtimePeriod?: number;
  /** Which processors. */
  readonly cpus?: string;
  /** Which memory nodes. */
  readonly mems?: string;
}

/** How many processes. */
export interface RawProcesses {
  /** At most so many. */
  readonly limit?: number;
}

/** Limits of block I/O. */
export interface RawBlockDevices {
  /** Relative weight, 10 to 1000. */
  readonly weight?: number;
  /** Weight against the tasks of child groups. */
  readonly leafWeight?: number;
  /** Weights by device. */
  readonly weightDevice?: readonly RawDeviceWeight[];
  /** Bytes read in a second, by device. */
  readonly throttleReadBpsDevice?: readonly RawThrottle[];
  /** Bytes written in a second, by device. */
  readonly throttleWriteBpsDevice?: readonly RawThrottle[];
  /** Reads in a second, by device. */
  readonly throttleReadIOPSDevice?: readonly RawThrottle[];
  /** Writes in a second, by device. */
  readonly throttleWriteIOPSDevice?: readonly RawThrottle[];
}

/** A weight for one block device. */
export interface RawDeviceWeight {
  /** Major number. */
  readonly major?: number;
  /** Minor number. */
  readonly minor?: number;
  /** Weight. */
  readonly weight?: number;
  /** Weight against the tasks of child groups. */
  readonly leafWeight?: number;
}

/** A limit for one block device. */
export interface RawThrottle {
  /** Major number. */
  readonly major?: number;
  /** Minor number. */
  readonly minor?: number;
  /** Bytes or operations in a second. */
  readonly rate?: number;
}

/** A limit for one page size. */
export interface RawHugePageLimit {
  /** Page size; a number is in bytes. */
  readonly pageSize?: string;
  /** Bytes. */
  readonly limit?: number;
}

/** Network priorities. */
export interface RawNetwork {
  /** net_cls class. */
  readonly classID?: number;
  /** Priorities by interface. */
  readonly priorities?: readonly RawNetworkPriority[];
}

/** The priority of one interface. */
export interface RawNetworkPriority {
  /** Interface. */
  readonly name?: string;
  /** Priority. */
  readonly priority?: number;
}

/** What is prepared on the host before the container starts (LinuxKit’s runtime section). */
export interface RawRuntime {
  /** Control groups to make. */
  readonly cgroups?: readonly string[];
  /** Mounts made in the host’s namespace; a relative destination is inside the container. */
  readonly mounts?: readonly RawMount[];
  /** Directories to make on the host, mode 0755. */
  readonly mkdir?: readonly string[];
  /** Network interfaces given to the container. */
  readonly interfaces?: readonly RawInterface[];
  /** Paths that the container’s namespaces are bound to. */
  readonly bindNS?: RawKeptNamespaces;
  /** containerd namespace (services). */
  readonly namespace?: string;
}

/** A network interface of the container’s namespace. */
export interface RawInterface {
  /** Name. */
  readonly name?: string;
  /** Kind of interface to add. */
  readonly add?: string;
  /** Name of the veth peer on the host. */
  readonly peer?: string;
  /** Make it in the root namespace, then move it. */
  readonly createInRoot?: boolean;
}

/** Paths that the container’s namespaces are bound to. */
export interface RawKeptNamespaces {
  /** Path for the cgroup namespace. */
  readonly cgroup?: string;
  /** Path for the ipc namespace. */
  readonly ipc?: string;
  /** Path for the mnt namespace. */
  readonly mnt?: string;
  /** Path for the net namespace. */
  readonly net?: string;
  /** Path for the pid namespace. */
  readonly pid?: string;
  /** Path for the user namespace. */
  readonly user?: string;
  /** Path for the uts namespace. */
  readonly uts?: string;
}

/** A container that runs as long as the machine does. */
export interface RawService extends RawContainerSettings {
  /**
   * The container’s name: names its directory, its log and its process. Best of letters, digits, "_", "."
   * and "-"; what else it has is replaced there.
   */
  readonly name: string;
  /**
   * Where the image comes from: component:NAME, ./DIRECTORY of a component, REGISTRY/NAME:TAG@DIGEST,
   * oci:DIRECTORY[:TAG], oci-archive:FILE or docker-archive:FILE.
   */
  readonly image: string;
  /** Whether it is started again after it has ended: always, on-failure or never. */
  readonly restart?: RawRestart | string;
  /**
   * Services that must run, and be healthy where they say how, before this one starts. Onboot containers
   * have always run.
   */
  readonly depends_on?: readonly string[];
  /**
   * When it runs, as cron has it: minute, hour, day of the month, month, day of the week; or @hourly,
   * @daily, @weekly, @monthly, @yearly. It is not started with the machine, and not started again when it
   * ends. Needs component:cron in init.
   */
  readonly schedule?: string;
  /** How it is asked to stop. */
  readonly stop?: RawStop;
  /**
   * How to find out that it works: exactly one of command, http, tcp, file, free. Unhealthy, it is started
   * again.
   */
  readonly health?: RawServiceHealth;
  /**
   * Filter of system calls: default, unconfined, or a profile in OCI’s JSON, relative to the spec. Default:
   * unconfined.
   */
  readonly seccomp?: string;
  /** AppArmor: unconfined, default, or a file with a profile, relative to the spec. Default: unconfined. */
  readonly apparmor?: string;
  /**
   * Files that the container finds in /run/secrets, read-only. They are read on the machine when it starts
   * and never enter an image.
   */
  readonly secrets?: readonly (RawSecret | string)[];
  /**
   * How much it may write into its own root, which is memory. Default: a share of the machine's memory, at
   * most 64M; more belongs on /var.
   */
  readonly writable?: string;
}

/** Whether it is started again after it has ended: always, on-failure or never. */
export interface RawRestart {
  /** always; on-failure: unless it ended with 0; never. Default: always. */
  readonly policy?: 'always' | 'on-failure' | 'never';
  /** How long a new start waits. Doubled each time. */
  readonly backoff?: RawBackoff;
}

/** How long a new start waits. Doubled each time. */
export interface RawBackoff {
  /** The first wait. Default: 1s. */
  readonly initial?: string;
  /** The longest wait. Default: 60s. */
  readonly max?: string;
  /** After so long a run the wait is the first one again. Default: 60s. */
  readonly reset?: string;
}

/** How it is asked to stop. */
export interface RawStop {
  /** The signal. Default: the image’s, else SIGTERM. */
  readonly signal?: string;
  /** How long it may take before it is killed. Default: 10s. */
  readonly timeout?: string;
}

/**
 * How to find out that it works: exactly one of command, http, tcp, file, free. Unhealthy, it is started
 * again.
 */
export interface RawServiceHealth {
  /** A command in the container that must exit with 0. */
  readonly command?: readonly string[];
  /** An address, seen from the container’s network, that must answer with 200 to 299. */
  readonly http?: string;
  /** HOST:PORT, seen from the container’s network, that must accept a connection. */
  readonly tcp?: string;
  /** A file in the container that must be there. */
  readonly file?: string;
  /** What the machine must have left of its disk or memory; logs: all that services have said was kept. */
  readonly free?: string;
  /** Time between two tries. Default: 30s. */
  readonly interval?: string;
  /** How long one try may take. Default: 10s. */
  readonly timeout?: string;
  /** So many failures in a row mean unhealthy. Default: 3. */
  readonly retries?: number;
}

/** A container that runs once after the services. */
export interface RawOnshutdownContainer extends RawContainerSettings {
  /**
   * The container’s name: names its directory, its log and its process. Best of letters, digits, "_", "."
   * and "-"; what else it has is replaced there.
   */
  readonly name: string;
  /**
   * Where the image comes from: component:NAME, ./DIRECTORY of a component, REGISTRY/NAME:TAG@DIGEST,
   * oci:DIRECTORY[:TAG], oci-archive:FILE or docker-archive:FILE.
   */
  readonly image: string;
  /**
   * Filter of system calls: default, unconfined, or a profile in OCI’s JSON, relative to the spec. Default:
   * unconfined.
   */
  readonly seccomp?: string;
  /** AppArmor: unconfined, default, or a file with a profile, relative to the spec. Default: unconfined. */
  readonly apparmor?: string;
  /**
   * Files that the container finds in /run/secrets, read-only. They are read on the machine when it starts
   * and never enter an image.
   */
  readonly secrets?: readonly (RawSecret | string)[];
  /**
   * How much it may write into its own root, which is memory. Default: a share of the machine's memory, at
   * most 64M; more belongs on /var.
   */
  readonly writable?: string;
}

/** A file, directory or symbolic link: exactly one of contents, source, symlink, directory, metadata. */
export interface RawFileEntry {
  /** Where, in the root file system. */
  readonly path: string;
  /** The content. */
  readonly contents?: string;
  /**
   * A file whose content it takes, relative to the spec; ~/ is your home, and of several that * stands for
   * it is the first.
   */
  readonly source?: string;
  /** Target of a symbolic link. */
  readonly symlink?: string;
  /** An empty directory. */
  readonly directory?: boolean;
  /** The spec itself, in this format. */
  readonly metadata?: '' | 'yaml' | 'json';
  /** Leave it out if the source cannot be read. */
  readonly optional?: boolean;
  /** Permission bits in octal. Default 0600, directories 0700. */
  readonly mode?: string;
  /** Owner. Default: 0. */
  readonly uid?: number | string;
  /** Group. Default: 0. */
  readonly gid?: number | string;
}

/** A file system that containers share, bound by its name. */
export interface RawVolume {
  /** Name, used as the source of binds. */
  readonly name?: string;
  /** Image with its first content. Default: empty. */
  readonly image?: string;
  /** Nobody may write to it. */
  readonly readonly?: boolean;
  /** Files, or an OCI layout. Default: filesystem. */
  readonly format?: 'filesystem' | 'oci';
  /** For oci: which platforms of the image. Default: all. */
  readonly platforms?: readonly string[];
}

/** LinuxKit’s Docker Content Trust; accepted, and without effect, as in LinuxKit. */
export interface RawTrust {
  /** Images. */
  readonly image?: readonly string[];
  /** Organisations. */
  readonly org?: readonly string[];
}

/** Sizes of the partitions. */
export interface RawDisk {
  /** Root image of one slot. An update must fit too. Default: 512M. */
  readonly slot?: string;
  /** Data partition in the image; it grows to the disk’s end on first boot. Default: 1G. */
  readonly data?: string;
  /** EFI system partition. Default: 64M. */
  readonly esp?: string;
}

/** Former versions of services that this release keeps, so that each can be taken back by itself. */
export interface RawKeep {
  /** The former release: a directory that `build --format release` has written, relative to the spec. */
  readonly from: string;
  /** So many of each service that has changed; each takes room in the slot. Default: 1. */
  readonly versions?: number;
}

/** A format, by its name or with options. */
export interface RawWantedOutput {
  /** Its name: `catamaran formats` lists what there is. */
  readonly format: 'aws' | 'azure' | 'docker' | 'dynamic-vhd' | 'gce' | 'gcp' | 'iso' | 'iso-bios' | 'iso-efi' | 'iso-efi-initrd' | 'iso-plain' | 'kernel+erofs' | 'kernel+initrd' | 'kernel+iso' | 'kernel+squashfs' | 'openstack' | 'pxe' | 'qcow2' | 'qcow2-bios' | 'qcow2-efi' | 'raw' | 'raw-bios' | 'raw-efi' | 'raw.gz' | 'raw.zst' | 'release' | 'rpi3' | 'sbom' | 'tar' | 'tar-kernel-initrd' | 'usb' | 'vhd' | 'vhdx' | 'virtualbox' | 'vmdk' | 'vsphere';
  /** How it is written. Each format has some of these, or none. */
  readonly options?: RawFormatOptions;
}

/** How it is written. Each format has some of these, or none. */
export interface RawFormatOptions {
  /** Packs each cluster: a smaller file, which takes longer to write and to read. Of openstack, qcow2. */
  readonly compressed?: boolean;
  /** How hard zstd tries. Of raw.zst. Default: 3. */
  readonly level?: number;
  /** Memory of the machine that it proposes. Of virtualbox, vsphere. Default: 2G. */
  readonly memory?: string;
  /** Processors of the machine that it proposes. Of virtualbox, vsphere. Default: 2. */
  readonly processors?: number;
}

/** Where a machine gets its updates, and when it may reboot into one. */
export interface RawUpdate {
  /** Base address of the release repository. */
  readonly url: string;
  /** Channel to follow, one of the repository's. Default: stable. */
  readonly channel?: string;
  /** The repository’s root metadata, a file beside the spec. */
  readonly root?: string;
  /**
   * Address to which machines POST what an update came to: version, channel, place in the rollout, result.
   * Nothing is sent without it.
   */
  readonly report?: string;
  /** When a machine may reboot into an update. */
  readonly reboot?: RawReboot;
}

/** When a machine may reboot into an update. */
export interface RawReboot {
  /**
   * immediate: as soon as it is written. window: in the window. manual: when someone asks. Default: window
   * where there is one, else immediate.
   */
  readonly strategy?: 'immediate' | 'window' | 'manual';
  /** Days, time and length: Sun 03:00/2h. */
  readonly window?: string;
  /** A lock in an etcd, without a place in which no machine reboots into an update. */
  readonly lock?: RawRebootLock;
}

/** A lock in an etcd, without a place in which no machine reboots into an update. */
export interface RawRebootLock {
  /** Addresses of the etcd's members; the first that answers is asked. */
  readonly etcd: readonly string[];
  /** Which machines count together. Default: default. */
  readonly group?: string;
  /** How many of them may be down at once. Default: 1. */
  readonly machines?: number;
}

/**
 * What the machine lets in; nothing else comes in, but for answers to what it asked, loopback, neighbour
 * discovery and DHCP. What is forwarded is left to container engines. Needs component:nftables in init.
 */
export interface RawFirewall {
  /** What is let in: ports, or ports with where they are asked from. */
  readonly allow?: readonly (string | RawAllowance)[];
  /** Whether the machine answers ping. Default: true. */
  readonly ping?: boolean;
}

/** Ports that are let in, as 443/tcp or as a mapping. */
export interface RawAllowance {
  /** A port or a range, with its protocol: 443/tcp, 30000-32767/udp. */
  readonly ports: string;
  /** Only from this address or network. */
  readonly from?: string;
  /** Only by this network interface; with * at its end, by all that begin so. */
  readonly interface?: string;
}

/** What a new version must pass before it is kept. */
export interface RawHealth {
  /** How long after boot the checks may take to pass. Default: 10m. */
  readonly deadline?: string;
  /** Checks; all must pass. */
  readonly checks?: readonly RawCheck[];
}

/**
 * One check: exactly one of http, tcp, command, file, free. They are made from the host; a command with a
 * service, in that one's container.
 */
export interface RawCheck {
  /** For messages. Default: what it checks. */
  readonly name?: string;
  /** An address that must answer with 200 to 299. */
  readonly http?: string;
  /** HOST:PORT that must accept a connection. */
  readonly tcp?: string;
  /** A command that must exit with 0. */
  readonly command?: readonly string[];
  /** The service in whose container the command runs. Default: it runs on the host. */
  readonly service?: string;
  /** A file of the host that must be there. */
  readonly file?: string;
  /** What the machine must have left of its disk or memory; logs: all that services have said was kept. */
  readonly free?: string;
  /** How long one try may take. Default: 10s. */
  readonly timeout?: string;
}

/** Where the images boot, with settings for each. */
export interface RawPlatforms {
  /** Akamai (Linode). */
  readonly akamai?: RawPlatformEntry;
  /** Amazon EC2. */
  readonly aws?: RawPlatformEntry;
  /** Microsoft Azure. */
  readonly azure?: RawPlatformEntry;
  /** DigitalOcean. */
  readonly digitalocean?: RawPlatformEntry;
  /** Exoscale. */
  readonly exoscale?: RawPlatformEntry;
  /** Google Compute Engine. */
  readonly gcp?: RawPlatformEntry;
  /** Hetzner Cloud. */
  readonly hetzner?: RawPlatformEntry;
  /** Hyper-V. */
  readonly hyperv?: RawPlatformEntry;
  /** Bare metal. */
  readonly metal?: RawPlatformEntry;
  /** Nutanix AHV. */
  readonly nutanix?: RawPlatformEntry;
  /** OpenStack. */
  readonly openstack?: RawPlatformEntry;
  /** Oracle Cloud. */
  readonly oracle?: RawPlatformEntry;
  /** Proxmox VE. */
  readonly proxmox?: RawPlatformEntry;
  /** QEMU and libvirt. */
  readonly qemu?: RawPlatformEntry;
  /** Scaleway. */
  readonly scaleway?: RawPlatformEntry;
  /** VirtualBox. */
  readonly virtualbox?: RawPlatformEntry;
  /** VMware vSphere. */
  readonly vsphere?: RawPlatformEntry;
  /** Vultr. */
  readonly vultr?: RawPlatformEntry;
}

/** What is made for one platform differs from its usual by this. */
export interface RawPlatformEntry {
  /** What its machines start with. */
  readonly firmware?: 'bios' | 'uefi';
  /** Kernel arguments in addition to kernel.cmdline. */
  readonly cmdline?: string;
  /** Where the kernel’s own messages and a login go. */
  readonly console?: 'screen' | 'serial';
}
