// What is true of every real file system and of no hostile archive: that nothing lies below a symlink or a file.
import { tarError } from './tar-header.ts';
import { parentOf, type ReadonlyTree, type TreePath } from './tree.ts';

/** Looks above `paths`, which are all that is new in the tree. Directories may be missing. */
export function requireDirectories(tree: ReadonlyTree, paths: Iterable<TreePath>): void {
  for (const path of paths) {
    for (let parent = parentOf(path); parent !== ''; parent = parentOf(parent)) {
      const node = tree.get(parent);
      if (node === undefined) continue;
      if (node.type === 'directory') break;
      throw tarError(
        'parent',
        `${JSON.stringify(path)} lies below ${JSON.stringify(parent)}, which is a ${node.type}`,
      );
    }
  }
}
