// The one face of every place where images come from: a registry's repository, a layout's directory, an archive.
// Above it nothing knows which of them it is.
import type { Digest } from '../base/digest.ts';
import type { Follow } from '../net/transfer.ts';
import type { Blob } from '../store/blob.ts';

export interface ManifestDocument {
  readonly bytes: Uint8Array;
  /** Of the bytes, and computed from them. */
  readonly digest: Digest;
}

export interface BringOptions {
  /** What can be done while a blob comes is done by a source from which it takes a while. */
  readonly follow?: Follow | undefined;
}

export interface ImageSource {
  /** How errors call what it gives. */
  readonly name: string;
  /** The manifest or index of that digest; without one, what the reference names. At most maxManifestSize bytes. */
  manifest(digest?: Digest): Promise<ManifestDocument>;
  /** Brings a blob of the image into the cache, verified. `what` names it in errors. */
  bringBlob(blob: Blob, what: string, options?: BringOptions): Promise<void>;
}
