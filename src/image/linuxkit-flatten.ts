// An image's tree as LinuxKit lays it into its root file system (lk/moby/build/image.go, ImageTar): without what Docker
// leaves in exported containers, with the places that a container's mounts need, and with fixed files for the network.
import type { TreeNode } from '../tree/node.ts';
import { addParents, directory, file, type ReadonlyTree, symlink, type Tree } from '../tree/tree.ts';

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

/** `resolver`: of the host (`shared`: init images and volumes), or none (containers, which bind their own). */
export function flattenImage(tree: ReadonlyTree, resolver: 'shared' | 'none'): Tree {
  const flat: Tree = new Map();
  for (const [path, node] of tree) if (!excluded.has(path)) flat.set(path, node);
  const replaced: [string, TreeNode][] = [
    ['etc/hosts', made(file(hosts))],
    ['etc/resolv.conf', resolver === 'shared' ? sharedResolver : noResolver],
  ];
  // A symlink to a directory is the image's own way to have the place.
  const present: [string, TreeNode][] = [
    ...['dev', 'dev/pts', 'dev/shm', 'etc', 'proc', 'sys'].map(
      (path): [string, TreeNode] => [path, made(directory())],
    ),
    ['etc/mtab', made(symlink('/proc/mounts'))],
  ];
  for (const [path, node] of present) if (!flat.has(path)) flat.set(path, node);
  for (const [path, node] of replaced) {
    if (flat.get(path)?.type !== 'directory') flat.set(path, node);
  }
  for (const path of [...flat.keys()]) addParents(flat, path);
  return flat;
}

/** Every path of `tree` below `directory`, the root at the directory itself. */
export function placeTree(tree: ReadonlyTree, place: string): Tree {
  const placed: Tree = new Map([[place, tree.get('') ?? directory()]]);
  for (const [path, node] of tree) if (path !== '') placed.set(`${place}/${path}`, node);
  return placed;
}
