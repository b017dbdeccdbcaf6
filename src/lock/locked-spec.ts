// A spec with every reference resolved: what the planner takes. Nothing else of the world reaches an image.
import type { Arch } from '../base/arch.ts';
import type { Digest } from '../base/digest.ts';
import type { ComponentSources } from '../component/sources.ts';
import type { ImageOrigin } from '../oci/origin.ts';
import type { LockedPackage } from '../packages/locked.ts';
import type { Spec } from '../specification/types.ts';
import type { ReadonlyTree } from '../tree/tree.ts';
import type { CodeDigests } from './context.ts';
import type { LockedFormer } from './former.ts';

/** As a reference is written in the spec: the name that an image goes by everywhere. */
export type ImageName = string;

export type LockedImage =
  | { readonly kind: 'component'; readonly name: ImageName; readonly component: LockedComponent }
  | { readonly kind: 'pulled'; readonly name: ImageName; readonly image: LockedPull }
  /** For volumes that hold an image as a layout: with all its platforms. */
  | { readonly kind: 'whole'; readonly name: ImageName; readonly image: LockedWhole };

/** An image of a registry, a layout or an archive. */
export interface LockedPull {
  readonly origin: ImageOrigin;
  /** Of the manifest for the architecture that is built for. */
  readonly digest: Digest;
}

/** The same, as its publisher made it. */
export interface LockedWhole {
  readonly origin: ImageOrigin;
  /** Of the index, or of the manifest where there is none. */
  readonly digest: Digest;
}

export interface LockedComponent {
  readonly sources: ComponentSources;
  /** Sorted by name. */
  readonly packages: readonly LockedPackage[];
}

export interface LockedSpec {
  readonly spec: Spec;
  readonly arch: Arch;
  /** What carries it out: other code may make other bytes from the same spec. */
  readonly program: CodeDigests;
  /** Seconds since the epoch: no file in an image is newer, and every time that is written is this one. */
  readonly epoch: number;
  readonly images: ReadonlyMap<ImageName, LockedImage>;
  /** The spec's own files, read: each with the parents that it needs. */
  readonly files: SpecTree;
  /** The release that former versions are kept from. */
  readonly former?: LockedFormer;
  /** The host tools, and the boot loader's modules for the machine that will boot. */
  readonly tools: readonly LockedPackage[];
}

export interface SpecTree {
  readonly tree: ReadonlyTree;
  /** By path, for content keys. */
  readonly digests: Readonly<Record<string, string>>;
}
