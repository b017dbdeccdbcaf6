// The links that update-alternatives(1) would make, from the calls in a package's postinst that can be read as they stand:
// `--install LINK NAME PATH PRIORITY [--slave LINK NAME PATH]…`. Of several the highest priority whose program is there wins,
// as in automatic mode; of equal ones the first.
import type { TreeNode } from '../../tree/node.ts';
import { symlink, type Tree, type TreePath } from '../../tree/tree.ts';
import { readCommands, type ShellCommand } from './shell-commands.ts';

interface AlternativeLink {
  /** Where people look for it: `usr/sbin/iptables`. */
  readonly link: TreePath;
  /** Below etc/alternatives. */
  readonly name: string;
  /** Absolute. */
  readonly target: string;
}

export interface ProgramAlternative extends AlternativeLink {
  readonly priority: number;
  readonly slaves: readonly AlternativeLink[];
}

export function readAlternatives(postinst: string): ProgramAlternative[] {
  return readCommands(postinst).flatMap((command) => {
    const at = command.findIndex((word) => word !== undefined && /(^|\/)update-alternatives$/.test(word));
    return at === -1 ? [] : (parseCall(command.slice(at + 1)) ?? []);
  });
}

function parseCall(words: ShellCommand): ProgramAlternative | undefined {
  let main: (AlternativeLink & { priority: number }) | undefined;
  const slaves: AlternativeLink[] = [];
  for (let at = 0; at < words.length; ) {
    const word = words[at];
    if (word === '--install') {
      const link = linkOf(words.slice(at + 1, at + 4));
      const priority = Number(words[at + 4] ?? Number.NaN);
      if (!link || !Number.isSafeInteger(priority)) return undefined;
      main = { ...link, priority };
      at += 5;
    } else if (word === '--slave') {
      const link = linkOf(words.slice(at + 1, at + 4));
      // One that cannot be read, a manual page's by a variable, leaves the others as they are.
      if (link) slaves.push(link);
      at += 4;
    } else at += 1;
  }
  return main && { ...main, slaves };
}

function linkOf([link, name, target]: ShellCommand): AlternativeLink | undefined {
  const isPath = (text: string | undefined): text is string =>
    text !== undefined && /^\/[^\0]+$/.test(text) && !/(^|\/)\.\.?(\/|$)/.test(text);
  if (!isPath(link) || !isPath(target) || name === undefined || !/^[\w.+-]+$/.test(name)) return undefined;
  return { link: link.slice(1), name, target };
}

/** The links, as a tree; those whose program `has` does not know are not made. */
export function alternativeLinks(
  alternatives: readonly ProgramAlternative[],
  has: (path: TreePath) => boolean,
): Tree {
  const best = new Map<string, ProgramAlternative>();
  for (const each of alternatives) {
    if (!has(each.target.slice(1))) continue;
    const known = best.get(each.name);
    if (known === undefined || each.priority > known.priority) best.set(each.name, each);
  }
  const tree = new Map<TreePath, TreeNode>();
  for (const { slaves, ...main } of best.values()) {
    for (const { link, name, target } of [main, ...slaves.filter((each) => has(each.target.slice(1)))]) {
      tree.set(link, symlink(`/etc/alternatives/${name}`));
      tree.set(`etc/alternatives/${name}`, symlink(target));
    }
  }
  return tree;
}
