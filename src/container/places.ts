// The places in a container's root that mounts need: the runtime makes those that are missing, but not in a root that is
// read-only. The usual ones are there in every container, as in LinuxKit (lk/moby/build/image.go, ImageTar).
import { CatamaranError } from '../base/errors.ts';
import type { Container, Settings } from '../specification/types.ts';
import type { TreeNode } from '../tree/node.ts';
import { linksOf, pathResolver } from '../tree/resolve-links.ts';
import { directory, file, parentOf, type ReadonlyTree, symlink, type Tree } from '../tree/tree.ts';
import { mountsOf, secretsPlace } from './mounts.ts';

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

/** With the usual places that the image has not. Below what is no directory in it, such as a link, there are none. */
export function fillPlaces(tree: ReadonlyTree, resolver: 'shared' | 'none'): Tree {
  const filled = new Map(tree);
  for (const [path, node] of usualPlaces(resolver)) {
    const parent = filled.get(parentOf(path));
    if (!filled.has(path) && (parent === undefined || parent.type === 'directory')) filled.set(path, node);
  }
  return filled;
}

/** Each mount of a read-only container has its place in the image, or lies below another mount. */
export function requirePlaces({ name, secrets }: Container, settings: Settings, tree: ReadonlyTree): void {
  if (!settings.readonly) return;
  const filled = fillPlaces(tree, 'none');
  const resolve = pathResolver(linksOf(filled));
  /** Layers need not name the directories above their files. */
  const isThere = (place: string | undefined) =>
    place !== undefined &&
    (filled.has(place) || [...filled.keys()].some((path) => path.startsWith(`${place}/`)));
  const paths = mountsOf(settings, secrets).map(({ destination }) => clean(destination));
  for (const path of paths) {
    const isBelow = paths.some((above) => path !== above && path.startsWith(`${above}/`));
    if (path !== '' && !isBelow && !isThere(resolve(path))) throw noPlace(name, `/${path}`);
  }
}

const clean = (destination: string): string =>
  destination
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .join('/');

function noPlace(name: string, place: string): CatamaranError {
  if (place.startsWith(`${secretsPlace}/`)) {
    return new CatamaranError('spec', {
      code: 'secret-without-place',
      message: `${name} is read-only, and its image has no ${place} for the secret`,
      hint: 'Add tmpfs: [/run] to it.',
    });
  }
  return new CatamaranError('spec', {
    code: 'mount-without-place',
    message: `${name} is read-only, and its image has no ${place}, on which something is to be mounted`,
    hint: 'Add an empty file or directory there to the image, or a tmpfs above it, or leave readonly out.',
  });
}
