// A spec as every later stage sees it: defaults filled in, modes and sizes as numbers, paths without leading slash.
// The document as people write it is SpecDocument in spec.generated.ts.

import type { Diagnostic } from '../base/errors.ts';
import type { ReleaseVersion } from '../base/flavour.ts';
import type { Json } from '../base/json.ts';
import type { Section } from '../contract/bundles.ts';
import type { Health } from '../contract/health.ts';
import type { Network } from '../contract/network.ts';
import type { Supervision } from '../contract/supervision.ts';
import type { Update } from '../contract/update.ts';
import type { JsonPointer } from '../document/pointer.ts';
import type { SourceMap } from '../document/source-map.ts';
import type { PlatformSettings } from '../platform/choose.ts';
import type { PlatformName } from '../platform/table.ts';
import type { ImageReference } from './reference.ts';
import type {
  RawFormatOptions,
  RawContainerSettings as RawSettings,
  SpecDocument,
} from './spec.generated.ts';

export interface Spec {
  /** As the person named it; the first of several. */
  readonly file: string;
  /** The last of several, after which LinuxKit names what it builds. */
  readonly lastFile: string;
  readonly os: Os;
  /** Absent where the spec names none: such a spec makes containers and trees, and no disk. */
  readonly kernel?: Kernel;
  readonly init: readonly ImageUse[];
  readonly onboot: readonly Container[];
  readonly services: readonly Container[];
  readonly onshutdown: readonly Container[];
  /** In the order of the document. No two have one path, none lies below another that is not a directory. */
  readonly files: readonly FileEntry[];
  readonly volumes: readonly Volume[];
  /** Where the upper layer of /etc is kept. */
  readonly etc: 'persistent' | 'memory';
  /** In bytes. */
  readonly disk: { readonly slot: number; readonly data: number; readonly esp: number };
  readonly update?: Update;
  readonly keep?: Keep;
  readonly health?: Health;
  readonly network?: Network;
  readonly platforms: ReadonlyMap<PlatformName, PlatformSettings>;
  /** What a build writes where it is not told otherwise; each format once. */
  readonly outputs: readonly WantedOutput[];
  /** What names inside the settings of containers and of labels stand for. */
  readonly names: SpecNames;
  /** Whatever parses and yet is hardly meant. */
  readonly warnings: readonly Diagnostic[];
  /** Points at lines: `spec.source.positionOf(container.pointer)`. */
  readonly source: SourceMap;
  /** All files merged, variables replaced, checked: for `metadata: yaml` and `json`. */
  readonly document: SpecDocument;
}

/** Former versions of services, from a release that was built before. */
export interface Keep {
  /** Of the host. */
  readonly from: string;
  readonly versions: number;
}

export interface WantedOutput {
  /** A format's name. Whether there is one, and whether it has these options, the table of formats says. */
  readonly format: string;
  readonly options: RawFormatOptions;
  readonly pointer: JsonPointer;
}

export interface Os {
  readonly id: string;
  readonly name: string;
  readonly version: ReleaseVersion;
  /** Further lines of os-release, by their names there (`HOME_URL`), sorted. */
  readonly release: ReadonlyMap<string, string>;
}

export interface ImageUse {
  readonly image: ImageReference;
  readonly pointer: JsonPointer;
}

export interface Kernel extends ImageUse {
  /** Trimmed, one line. */
  readonly cmdline: string;
  readonly initrd: ImageReference;
  /** Names inside a LinuxKit kernel image; undefined `tar` means no modules. */
  readonly binary: string;
  readonly tar?: string;
  readonly ucode?: string;
}

export interface Container extends ImageUse {
  readonly name: string;
  readonly section: Section;
  /** Onboot: the boot goes on if it fails. */
  readonly optional: boolean;
  /** Services only. */
  readonly supervision?: Supervision;
  /** Absent: unconfined. */
  readonly seccomp?: Seccomp;
  /** Absent: unconfined. */
  readonly apparmor?: AppArmor;
  /** In bytes: how much it may write into its own root. Absent: the machine decides. */
  readonly writable?: number;
  /** Files of the machine that the container finds in /run/secrets. */
  readonly secrets: readonly Secret[];
  /** Only what the spec sets: each key wins over the image's label. */
  readonly settings: Settings;
}

export type Seccomp =
  | { readonly kind: 'default' }
  /** linux.seccomp of the OCI runtime specification. */
  | { readonly kind: 'profile'; readonly profile: Json };

export type AppArmor =
  | { readonly kind: 'default' }
  /** The profile's source, and the name by which it is put on a process. */
  | { readonly kind: 'profile'; readonly name: string; readonly text: string };

export interface Secret {
  /** In /run/secrets of the container. */
  readonly name: string;
  /** On the machine. */
  readonly file: string;
}

/** What names inside settings stand for. */
export interface SpecNames {
  /** LinuxKit's numbers for names of containers used as uid or gid; `root` is 0. */
  readonly ids: ReadonlyMap<string, number>;
  readonly volumes: ReadonlyMap<string, { readonly readonly: boolean }>;
}

/** LinuxKit's keys, with names of containers replaced by their numbers, and of volumes by their paths. */
export type Settings = Omit<RawSettings, 'uid' | 'gid' | 'additionalGids'> & {
  readonly uid?: number;
  readonly gid?: number;
  readonly additionalGids?: readonly number[];
};

export interface FileEntry {
  /** Without a leading slash. */
  readonly path: string;
  readonly pointer: JsonPointer;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly content: FileContent;
}

export type FileContent =
  | {
      readonly kind: 'contents';
      readonly text: string;
      /** Instead of the text, where it is none: `!!binary`. */
      readonly bytes?: Uint8Array;
    }
  /** A file of the host, relative paths already resolved; if `optional` and unreadable, the entry is left out. */
  | { readonly kind: 'source'; readonly path: string; readonly optional: boolean }
  | { readonly kind: 'symlink'; readonly target: string }
  | { readonly kind: 'directory' }
  | { readonly kind: 'metadata'; readonly format: 'yaml' | 'json' };

export interface Volume {
  readonly name: string;
  readonly pointer: JsonPointer;
  /** Absent: empty at first. */
  readonly image?: ImageReference;
  readonly readonly: boolean;
  readonly format: 'filesystem' | 'oci';
  readonly platforms: readonly string[];
}
