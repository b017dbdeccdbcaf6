// A part of a disk as a block device of its own, where the kernel knows no partitions yet.
import type { BytePlace } from '../../contract/install.ts';
import { sectorSize } from '../../gpt/geometry.ts';
import { type Host, runOrThrow } from '../host/host.ts';
import { dmsetup } from '../slots/verify-tree.ts';

/** `use` is given its path; the device is gone afterwards. */
export function withRange<T>(
  host: Host,
  { name, disk, place }: { name: string; disk: string; place: BytePlace },
  use: (path: string) => T,
): T {
  const remove = () => host.run([...dmsetup, 'remove', '--retry', name]);
  remove(); // left by an agent that was killed
  const table = `0 ${place.size / sectorSize} linear ${disk} ${place.offset / sectorSize}`;
  runOrThrow(host, [...dmsetup, 'create', name, '--noudevsync', '--table', table]);
  try {
    return use(`/dev/mapper/${name}`);
  } finally {
    remove();
  }
}
