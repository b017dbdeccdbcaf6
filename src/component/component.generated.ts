// Generated from schemas/component.schema.json by scripts/generate.mjs. Do not edit.
import type { RawContainerSettings } from '../specification/spec.generated.ts';

/**
 * A component: Debian packages, files, users and OCI config, built into an OCI image of one layer. Nothing
 * of it is executed while it is built.
 */
export interface ComponentDocument {
  /** One line. */
  readonly summary: string;
  /** Prose in Markdown, for the documentation. */
  readonly description?: string;
  /**
   * Where the packages come from: a source and its release, or a mapping with the components of its
   * archive. Default: debian/trixie.
   */
  readonly from?: RawOrigin | string;
  /** Debian packages. Their Pre-Depends and Depends are followed, Recommends are not. */
  readonly packages?: readonly string[];
  /** Packages that the closure is cut at: neither taken nor followed. */
  readonly without?: readonly string[];
  /**
   * Programs to take of the packages, each by its path or, of usr/bin and usr/sbin, by its name. The
   * libraries, interpreters and links that they need come along; then nothing else is taken but what
   * `include` names.
   */
  readonly programs?: readonly string[];
  /** Globs of what programs open while they run (NSS, PAM, engines): their libraries come along too. */
  readonly plugins?: readonly string[];
  /** Globs of the packages’ files to take. Default: all, or with `programs` none. */
  readonly include?: readonly string[];
  /** Globs of the packages’ files to leave out. */
  readonly exclude?: readonly string[];
  /**
   * Files, relative to the component, whose `without`, `programs`, `plugins`, `include` and `exclude` count
   * as if they stood here.
   */
  readonly cuts?: readonly string[];
  /** Users, in /etc/passwd. */
  readonly users?: readonly RawUser[];
  /** Groups, in /etc/group. */
  readonly groups?: readonly RawGroup[];
  /** Directories to make. */
  readonly directories?: readonly RawDirectory[];
  /** Files to write. */
  readonly files?: readonly RawComponentFile[];
  /** Symbolic links to make. */
  readonly symlinks?: readonly RawSymlink[];
  /**
   * A directory of the component whose files are laid over; mode 0755 if executable for its owner, else
   * 0644.
   */
  readonly tree?: string;
  /** Generators that do what maintainer scripts would have done. */
  readonly generate?: readonly ('alternatives' | 'busybox-links' | 'ca-certificates' | 'kernel-modules' | 'ldconfig' | 'no-set-id' | 'sysusers' | 'tmpfiles' | 'var')[];
  /**
   * Kernel modules that it needs: loaded before it starts, and a kernel that lacks one is an error; of an
   * initrd those that the kernel has are taken.
   */
  readonly modules?: readonly string[];
  /**
   * What it listens on: a socket’s path on the machine, or tcp:PORT and udp:PORT. No two components of a
   * system can have the same.
   */
  readonly sockets?: readonly string[];
  /** The OCI image config. */
  readonly config?: RawImageConfig;
  /** How its container runs by default: LinuxKit’s label org.mobyproject.config. */
  readonly runtime?: RawContainerSettings;
}

/** Where the packages come from: a source and its release, or a mapping with the components of its archive. */
export interface RawOrigin {
  /** A release of Debian, by its code name. */
  readonly debian: 'trixie';
  /** Components of the archive. */
  readonly components?: readonly ('main' | 'contrib' | 'non-free' | 'non-free-firmware')[];
}

/** A user. */
export interface RawUser {
  /** Login name. */
  readonly name: string;
  /** User id. */
  readonly uid: number;
  /** Primary group id. */
  readonly gid: number;
  /** Home directory. Default: /nonexistent. */
  readonly home?: string;
  /** Login shell. Default: /usr/sbin/nologin. */
  readonly shell?: string;
  /** Comment. */
  readonly gecos?: string;
}

/** A group. */
export interface RawGroup {
  /** Name. */
  readonly name: string;
  /** Group id. */
  readonly gid: number;
  /** Names of users. */
  readonly members?: readonly string[];
}

/** A directory. */
export interface RawDirectory {
  /** Where. */
  readonly path: string;
  /** Permission bits in octal. Default 0755. */
  readonly mode?: string;
  /** Owner. Default: 0. */
  readonly uid?: number;
  /** Group. Default: 0. */
  readonly gid?: number;
}

/** A file: exactly one of contents and source. */
export interface RawComponentFile {
  /** Where. */
  readonly path: string;
  /** The content. */
  readonly contents?: string;
  /** A file whose content it takes, relative to the component. */
  readonly source?: string;
  /** Permission bits in octal. Default 0644. */
  readonly mode?: string;
  /** Owner. Default: 0. */
  readonly uid?: number;
  /** Group. Default: 0. */
  readonly gid?: number;
}

/** A symbolic link. */
export interface RawSymlink {
  /** Where. */
  readonly path: string;
  /** What it points to. */
  readonly target: string;
}

/** The OCI image config. */
export interface RawImageConfig {
  /** Entrypoint. */
  readonly entrypoint?: readonly string[];
  /** Arguments. */
  readonly cmd?: readonly string[];
  /** Environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Working directory. Default: /. */
  readonly workingDir?: string;
  /** UID:GID. Default: 0:0. */
  readonly user?: string;
}
