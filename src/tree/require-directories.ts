// What is true of every real file system and of no hostile archive: that nothing lies below a symlink or a file, and that
// its directories are not by far more than what was said.
import { tarError } from './refused.ts';
import { parentOf, type ReadonlyTree, type TreePath } from './tree.ts';

/**
 * Characters of all paths together. Those of directories that only lie above others count eightfold: a few names of
 * hundreds of parts each would else mean millions of directories, which every writer would have to write.
 */
export const maxPathCharacters = 1 << 27;
const missingWeight = 8;

/** Looks above `paths`, which are all that is new in the tree. Directories may be missing. */
export function requireDirectories(
  tree: ReadonlyTree,
  paths: Iterable<TreePath>,
  limit = maxPathCharacters,
): void {
  /** Directories whose own parents have been looked at; siblings mostly follow each other. */
  const checked = new Set<TreePath>();
  let last: TreePath = '';
  let characters = 0;
  for (const path of paths) {
    characters += path.length;
    for (let parent = parentOf(path); parent !== last && parent !== ''; parent = parentOf(parent)) {
      if (checked.has(parent)) break;
      const node = tree.get(parent);
      if (node !== undefined && node.type !== 'directory') {
        throw tarError(
          'parent',
          `${JSON.stringify(path)} lies below ${JSON.stringify(parent)}, which is a ${node.type}`,
        );
      }
      checked.add(parent);
      if (node !== undefined) break;
      characters += missingWeight * parent.length;
    }
    last = parentOf(path);
    if (characters > limit)
      throw tarError('paths', `the paths of the archive have more than ${limit} characters together`);
  }
}
