// Where /etc comes from: the image's own below, and over it what was written on this machine. The initrd (components/initrd:
// /init, merge-etc) mounts both, and brings what another image has changed.
import type { Host } from '../host/host.ts';

/** The image's own, which /etc hides. */
export const imageEtc = '/run/catamaran/etc.image';
/** A line of merge-etc for each file that the person and an image since have both changed: what the person's was made from. */
export const bothPath = '/var/lib/etc.both';
const inMemory = '/run/catamaran/etc';

/** What was written on this machine. */
export function writtenEtc(host: Host): string {
  return host.listDirectory(inMemory) === undefined ? '/var/lib/etc' : inMemory;
}
