// What a closure has taken, each path with who asked for it: the chain behind every file, and behind every error.
import type { Position } from '../../base/position.ts';
import type { TreePath } from '../../tree/tree.ts';

/** One entry of `programs` or `plugins`, with its place. */
export interface NamedProgram {
  /** A path, a glob, or of a program its name alone. */
  readonly path: string;
  readonly position: Position;
}

export interface TakenReason {
  /** The path that asked; absent: component.yml did. */
  readonly by?: TreePath;
  /** What it is to whoever asked: `needed as libc.so.6`. */
  readonly how: string;
  /** Of the entry that all of it goes back to. */
  readonly root: NamedProgram;
}

export type Taken = ReadonlyMap<TreePath, TakenReason>;

export interface ChainLink {
  readonly path: TreePath;
  readonly how: string;
}

/** From what component.yml names down to the path. Each path is taken once, by one that was taken before: it ends. */
export function chainOf(taken: Taken, path: TreePath): ChainLink[] {
  const chain: ChainLink[] = [];
  for (let at: TreePath | undefined = path; at !== undefined; ) {
    const reason: TakenReason | undefined = taken.get(at);
    if (reason === undefined) break;
    chain.unshift({ path: at, how: reason.how });
    at = reason.by;
  }
  return chain;
}

/** `usr/bin/x → usr/lib/liba.so.1`: in one line, without the links between. */
export function describeChain(taken: Taken, path: TreePath): string {
  return chainOf(taken, path)
    .map((link) => link.path)
    .join(' → ');
}
