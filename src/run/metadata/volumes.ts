// Volumes with documents: an ISO 9660 as a CD, where the names go into one, or a FAT as a disk.

import { encodeUtf8 } from '../../base/utf8.ts';
import { writeFat } from '../../disk/fat.ts';
import { layoutIso, writeIso } from '../../disk/iso9660.ts';
import { concatenate, type SparseImage } from '../../disk/sparse.ts';

export type VolumeFiles = Readonly<Record<string, string | Uint8Array | undefined>>;

export function isoVolume(label: string, files: VolumeFiles): SparseImage {
  const contents = bytesOf(files);
  const layout = layoutIso([...contents].map(([path, { length }]) => ({ path, size: length })));
  const images = new Map([...contents].map(([path, bytes]) => [path, concatenate([bytes])]));
  return writeIso(layout, { label, epoch: 0, files: images });
}

export function fatVolume(label: string, files: VolumeFiles): SparseImage {
  const contents = bytesOf(files);
  const needed = [...contents.values()].reduce((sum, { length }) => sum + length + 8192, 1 << 20);
  const size = Math.ceil(needed / (1 << 20)) << 20;
  return writeFat(contents, { type: 12, size, clusterSize: 8192, label, serial: 1, mtime: 0 });
}

function bytesOf(files: VolumeFiles): Map<string, Uint8Array> {
  return new Map(
    Object.entries(files).flatMap(([path, content]) =>
      content === undefined ? [] : [[path, typeof content === 'string' ? encodeUtf8(content) : content]],
    ),
  );
}
