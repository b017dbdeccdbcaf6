// Where the VMDK of a disk lies already, alone or within an OVA: three outputs hold the same one, and to compress it takes longer
// than all else of them. Kept while a build goes on.
import { stat } from 'node:fs/promises';
import type { SparseImage } from '../../disk/sparse.ts';
import type { Blob } from '../../store/blob.ts';
import type { PlainContent } from '../../tree/content.ts';
import { printOf, type WrittenFile } from '../write/output-file.ts';

interface Place {
  readonly identity: string;
  /** Of the file that holds it. */
  readonly path: string;
  readonly print: string;
  readonly offset: number;
  readonly vmdk: Blob;
}

export type FoundVmdk = Blob & { readonly content: PlainContent };

const places = new WeakMap<SparseImage, Place>();

/** Undefined where there is none, or where somebody has touched the file since. */
export async function findVmdk(disk: SparseImage, identity: string): Promise<FoundVmdk | undefined> {
  const place = places.get(disk);
  if (place?.identity !== identity) return undefined;
  const found = await stat(place.path, { bigint: true }).catch(() => undefined);
  if (found === undefined || printOf(found) !== place.print) return undefined;
  const { path, offset, vmdk } = place;
  return { ...vmdk, content: { at: 'file', path, offset, size: vmdk.size } };
}

/** `file`: what was written to `path`, with the VMDK from byte `offset` on. */
export function rememberVmdk(
  disk: SparseImage,
  { print }: WrittenFile,
  { identity, path, offset, vmdk }: Omit<Place, 'print'>,
): void {
  const { digest, size } = vmdk;
  places.set(disk, { identity, path, print, offset, vmdk: { digest, size } });
}
