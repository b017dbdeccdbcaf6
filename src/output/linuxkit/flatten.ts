// An image's tree as LinuxKit lays it into its root file system (lk/moby/build/image.go, ImageTar): without what Docker
// leaves in exported containers, with the places that a container's mounts need, and with fixed files for the network.
import type { TreeNode } from '../../tree/node.ts';
import { requireDirectories } from '../../tree/require-directories.ts';
import {
  addParents,
  directory,
  file,
  parentOf,
  type ReadonlyTree,
  symlink,
  type Tree,
} from '../../tree/tree.ts';

const excluded = new Set(['.dockerenv', 'Dockerfile', 'dev/console', 'dev/pts', 'dev/shm', 'etc/hostname']);

const hosts = `127.0.0.1       localhost
::1     localhost ip6-localhost ip6-loopback
fe00::0 ip6-localnet
ff00::0 ip6-mcastprefix
ff02::1 ip6-allnodes
ff02::2 ip6-allrouters
`;

/** 2017-04-18T16:30:00Z. */
const time = { mtime: 1_492_533_000 };
const made = (node: TreeNode): TreeNode => ({ ...node, ...time });
const noResolver = made(file('\n# no resolv.conf configured\n'));
const sharedResolver = made(symlink('/run/resolvconf/resolv.conf'));

/** A container's root: it binds a resolver's configuration of its own, if it wants one. */
export function flattenImage(tree: ReadonlyTree): Tree {
  const flat = fillImage(tree, 'none');
  // Layers need not name the directories above their files.
  for (const path of [...flat.keys()]) addParents(flat, path);
  // An image's root is a directory among others here: a path below a link of it could leave it.
  requireDirectories(flat, flat.keys());
  return flat;
}

/** With the usual places that the image has not. Below what is no directory in it, such as a link, there are none. */
export function fillImage(tree: ReadonlyTree, resolver: 'shared' | 'none'): Tree {
  const filled = stripImage(tree);
  for (const [path, node] of usualPlaces(resolver)) {
    const parent = filled.get(parentOf(path));
    if (!filled.has(path) && (parent === undefined || parent.type === 'directory')) filled.set(path, node);
  }
  return filled;
}

/** Without what is left out or replaced in every image. */
export function stripImage(tree: ReadonlyTree): Tree {
  return new Map([...tree].filter(([path, node]) => !excluded.has(path) && !isReplaced(path, node)));
}

function isReplaced(path: string, node: TreeNode): boolean {
  return (path === 'etc/hosts' || path === 'etc/resolv.conf') && node.type !== 'directory';
}

/** What is there in any case. `shared`, in init images and volumes: the resolver's configuration is the machine's. */
export function usualPlaces(resolver: 'shared' | 'none'): Tree {
  const directories = ['dev', 'dev/pts', 'dev/shm', 'etc', 'proc', 'sys'];
  return new Map<string, TreeNode>([
    ...directories.map((path): [string, TreeNode] => [path, made(directory())]),
    ['etc/mtab', made(symlink('/proc/mounts'))],
    ['etc/hosts', made(file(hosts))],
    ['etc/resolv.conf', resolver === 'shared' ? sharedResolver : noResolver],
  ]);
}

/** Every path of `tree` below `directory`, the root at the directory itself. */
export function placeTree(tree: ReadonlyTree, place: string): Tree {
  const placed: Tree = new Map([[place, tree.get('') ?? directory()]]);
  for (const [path, node] of tree) if (path !== '') placed.set(`${place}/${path}`, node);
  return placed;
}
