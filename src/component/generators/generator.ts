// What a maintainer script would have made at installation, made here from the tree as data: each generator is a
// function that adds to the tree of a component, and a component names the ones that it wants under `generate`.
import type { Tree } from '../../tree/tree.ts';
import type { ShippedSource } from '../closure/shipped.ts';
import type { PackageScripts } from '../scripts/control.ts';

/** Runs one of the host tools; see src/tools. Only generators that need one ask for it. */
export type RunTool = (name: string, args: readonly string[]) => Promise<void>;

export interface GeneratorContext {
  /** A directory on the host for a tool to work in; asked for only by generators that run one. */
  scratch(): Promise<string>;
  readonly runTool: RunTool;
}

/** A component's packages, whole: what those of which it takes something say counts, though it is not taken itself. */
export interface GeneratorPackages {
  /** Those too of which it takes nothing. */
  readonly all: readonly ShippedSource[];
  readonly shipped: readonly ShippedSource[];
  readonly scripts: () => Promise<readonly PackageScripts[]>;
}

export type Generate = (tree: Tree, context: GeneratorContext, packages: GeneratorPackages) => Promise<void>;
