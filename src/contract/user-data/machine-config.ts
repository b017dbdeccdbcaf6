// What a machine shall become: the one model to which every format of user-data is read, and which the agent applies.
// Everything in it has been checked for its form; whether it can be done, the machine finds out.
import type { Firewall } from '../firewall.ts';
import type { Network } from '../network.ts';

export interface MachineConfig {
  readonly hostname?: string;
  readonly fqdn?: string;
  readonly timezone?: string;
  readonly users: readonly User[];
  readonly groups: readonly Group[];
  /** Of the image's default user. */
  readonly sshKeys: readonly string[];
  /** Whether sshd takes passwords. */
  readonly sshPasswords?: boolean;
  readonly directories: readonly Directory[];
  readonly files: readonly File[];
  readonly links: readonly Link[];
  readonly units: readonly Unit[];
  readonly sysctl: Readonly<Record<string, string>>;
  /** Kernel modules, each perhaps with parameters. */
  readonly modules: readonly string[];
  readonly kernelArguments: { readonly add: readonly string[]; readonly remove: readonly string[] };
  readonly disks: readonly Disk[];
  readonly filesystems: readonly Filesystem[];
  readonly mounts: readonly Mount[];
  readonly swap?: Swap;
  readonly ntp?: { readonly enabled: boolean; readonly servers: readonly string[] };
  readonly certificates: { readonly add: readonly UserContent[]; readonly removeDefaults: boolean };
  readonly proxy: Proxy;
  readonly environment: Readonly<Record<string, string>>;
  readonly commands: { readonly boot: readonly UserCommand[]; readonly run: readonly UserCommand[] };
  readonly power?: Power;
  readonly phoneHome?: {
    readonly url: string;
    readonly post: readonly string[] | 'all';
    readonly tries: number;
  };
  readonly finalMessage?: string;
  readonly network?: Network;
  readonly firewall?: Firewall;
  readonly services: readonly Service[];
  readonly engine: Engine;
  /** What a login's shell runs in, by the name that the image has for it. */
  readonly console?: string;
  readonly registries: readonly Registry[];
  readonly update: UpdateSettings;
  readonly health?: UserHealth;
}

export interface User {
  readonly name: string;
  readonly uid?: number;
  readonly comment?: string;
  readonly home?: string;
  readonly shell?: string;
  readonly primaryGroup?: string;
  readonly groups: readonly string[];
  readonly system: boolean;
  readonly makeHome: boolean;
  readonly makeGroup: boolean;
  readonly sshKeys: readonly string[];
  readonly password?: Password;
  /** Whether a login by password is refused. */
  readonly locked: boolean;
  /** The last day of the account, in days since 1970. */
  readonly expires?: number;
  /** Lines of sudoers(5), without the user. */
  readonly sudo: readonly string[];
}

/** `hash`: of crypt(5). `random`: made by the machine and told on its console. `expire`: to be changed at the first login. */
export type Password =
  | { readonly kind: 'hash'; readonly value: string }
  | { readonly kind: 'plain'; readonly value: string; readonly expire?: boolean }
  | { readonly kind: 'random'; readonly expire?: boolean };

export interface Group {
  readonly name: string;
  readonly gid?: number;
  readonly members: readonly string[];
  readonly system: boolean;
}

export interface Owner {
  readonly user?: string;
  readonly group?: string;
}

export interface Directory {
  readonly path: string;
  readonly mode: number;
  readonly owner: Owner;
}

export interface File {
  readonly path: string;
  readonly mode: number;
  readonly owner: Owner;
  /** In this order, one after the other; `append` to what is there already. */
  readonly contents: readonly UserContent[];
  readonly append: boolean;
  /** Not before users and groups are made. */
  readonly defer: boolean;
  /** Whether a file that is there already may be replaced. */
  readonly overwrite: boolean;
}

export type UserContent =
  | { readonly kind: 'inline'; readonly bytes: Uint8Array }
  /** To be fetched when it is applied; never used before it is verified. */
  | {
      readonly kind: 'remote';
      readonly url: string;
      readonly headers: Readonly<Record<string, string>>;
      readonly digest?: { readonly algorithm: 'sha256' | 'sha512'; readonly hex: string };
      readonly gzip: boolean;
    };

export interface Link {
  readonly path: string;
  readonly target: string;
  readonly hard: boolean;
  readonly owner: Owner;
  readonly overwrite: boolean;
}

/** Of systemd, for an init that has units. */
export interface Unit {
  readonly name: string;
  readonly contents?: string;
  readonly enabled?: boolean;
  readonly masked: boolean;
  /** To be started at once. */
  readonly start: boolean;
  readonly dropins: readonly { readonly name: string; readonly contents: string }[];
}

/** A data disk; never the one that the system is on. */
export interface Disk {
  readonly device: string;
  readonly wipe: boolean;
  readonly partitions: readonly Partition[];
}

export interface Partition {
  readonly number: number;
  readonly label?: string;
  /** In MiB, or in percent of the disk; absent: what is left. */
  readonly size?: { readonly mebibytes: number } | { readonly percent: number };
  readonly start?: number;
  /** A GUID of a kind, or its number in an MBR. */
  readonly type?: string;
}

export interface Filesystem {
  readonly device: string;
  readonly partition?: number | 'auto';
  readonly type: 'ext4' | 'xfs' | 'btrfs' | 'vfat' | 'swap';
  readonly label?: string;
  readonly overwrite: boolean;
  readonly path?: string;
}

/** A line of fstab(5). */
export interface Mount {
  readonly source: string;
  readonly path: string;
  readonly type: string;
  readonly options: string;
}

export interface Swap {
  readonly path: string;
  /** In bytes. */
  readonly size: number | 'auto';
}

export interface Proxy {
  readonly http?: string;
  readonly https?: string;
  readonly none?: readonly string[];
}

/** `shell`: a line for /bin/sh. `words`: a program and its arguments. `script`: a file with its interpreter. */
export type UserCommand =
  | { readonly kind: 'shell'; readonly line: string }
  | { readonly kind: 'words'; readonly words: readonly string[] }
  | { readonly kind: 'script'; readonly bytes: Uint8Array; readonly always: boolean };

export interface Power {
  readonly mode: 'poweroff' | 'reboot' | 'halt';
  /** In minutes. */
  readonly delay: number;
  readonly message?: string;
  /** In seconds, for what is still running. */
  readonly timeout: number;
  /** A command that must succeed; true: always. */
  readonly condition: UserCommand | boolean;
}

/** A container beside those of the image, run by the engine that the image has. */
export interface Service {
  readonly name: string;
  readonly image: string;
  readonly entrypoint?: readonly string[];
  readonly command?: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly mounts: readonly string[];
  readonly ports: readonly string[];
  readonly restart: 'always' | 'unless-stopped' | 'on-failure' | 'no';
  readonly network?: string;
  readonly pid?: string;
  readonly hostname?: string;
  readonly user?: string;
  readonly directory?: string;
  readonly privileged: boolean;
  readonly readOnly: boolean;
  readonly capabilities: { readonly add: readonly string[]; readonly drop: readonly string[] };
  readonly devices: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly dependsOn: readonly string[];
}

/** Settings of the image's container engine. */
export interface Engine {
  readonly arguments: readonly string[];
  readonly tls?: boolean;
  readonly storage?: string;
}

export interface Registry {
  readonly name: string;
  readonly mirrors: readonly string[];
  readonly credentials?: { readonly username: string; readonly password: string };
  readonly insecure: boolean;
}

export interface UpdateSettings {
  readonly url?: string;
  readonly channel?: string;
  readonly ring?: string;
  readonly interval?: string;
  readonly reboot?: 'immediate' | 'window' | 'manual';
  readonly window?: string;
}

export interface UserHealth {
  readonly deadline?: string;
  readonly checks: readonly UserHealthCheck[];
}

export interface UserHealthCheck {
  readonly name?: string;
  readonly timeout?: string;
  readonly probe:
    | { readonly kind: 'http'; readonly url: string }
    | { readonly kind: 'tcp'; readonly address: string }
    | { readonly kind: 'command'; readonly command: readonly string[]; readonly service?: string }
    | { readonly kind: 'file'; readonly path: string };
}
