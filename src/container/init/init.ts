// What one init is to the builder: the files that it is given of a spec's containers, beside their bundles, which are the
// same for each (docs/inits.md), and where it wants their control groups. One file for each init; table.ts lists them.
import type { Section } from '../../contract/bundles.ts';
import type { Container } from '../../specification/types.ts';
import type { ReadonlyTree } from '../../tree/tree.ts';

export interface PlacedContainer {
  readonly container: Container;
  /** The bundle's directory on the machine: /containers/SECTION/NAME. */
  readonly path: string;
}

export interface Init {
  /** `containers`: of all sections, in the order of the spec. */
  giveFiles(containers: readonly PlacedContainer[]): ReadonlyTree;
  /** Of a container whose spec names none; absent: as the runtime likes. `directory`: of its bundle. */
  controlGroup?(section: Section, directory: string): string;
}
