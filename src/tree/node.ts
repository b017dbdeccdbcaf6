// The nodes of a virtual file system. Ownership, devices and extended attributes are data here, so that
// nobody needs root: readers make nodes, writers walk them, and nothing is extracted to the host.
import type { Content } from './content.ts';

export interface Meta {
  /** Permission, set-id and sticky bits only: 0 to 0o7777. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Seconds since the epoch, whole. */
  readonly mtime: number;
  /** Extended attributes by full name (`security.capability`), as raw bytes. */
  readonly xattrs?: ReadonlyMap<string, Uint8Array>;
}

/** Two paths that hold the same FileNode object are hard links of one file, as paths of one inode are. */
export interface FileNode extends Meta {
  readonly type: 'file';
  readonly content: Content;
}

export interface DirectoryNode extends Meta {
  readonly type: 'directory';
}

export interface SymlinkNode extends Meta {
  readonly type: 'symlink';
  readonly target: string;
}

export interface DeviceNode extends Meta {
  readonly type: 'character' | 'block';
  readonly major: number;
  readonly minor: number;
}

export interface FifoNode extends Meta {
  readonly type: 'fifo';
}

export type TreeNode = FileNode | DirectoryNode | SymlinkNode | DeviceNode | FifoNode;
