// What a slot holds, by its own boot archive: slot.cfg is its first file, manifest.json its second (disk/boot-archive.ts).
import type { ReleaseVersion } from '../../base/flavour.ts';
import { readBootManifest } from '../../contract/release-manifest.ts';
import { readSlotConfig } from '../../contract/slot-config.ts';
import { type SlotName, slotRole } from '../../slots/constants.ts';
import type { Partitions } from './partitions.ts';

export interface SlotRelease {
  readonly version: ReleaseVersion;
  readonly rootHash: string;
}

const block = 512;
const readLimit = 256 << 10;

/** Undefined: nothing that could be booted, or nothing of ours. */
export function readSlotRelease(partitions: Partitions, slot: SlotName): SlotRelease | undefined {
  const role = slotRole('boot', slot);
  const bytes = partitions.read(role, 0, Math.min(readLimit, partitions.sizeOf(role)));
  const config = fileAt(bytes, 0, 'slot.cfg');
  const manifest = config && fileAt(bytes, config.end, 'manifest.json');
  const rootHash = config && readSlotConfig(config.text)?.verity?.rootHash;
  if (!manifest || !rootHash) return undefined;
  return { version: versionOf(manifest.text), rootHash };
}

/** Of a newer one it is not known; the root hash is what counts. */
function versionOf(manifest: string): string {
  try {
    return readBootManifest(manifest, 'manifest.json').version;
  } catch {
    return 'unknown';
  }
}

function fileAt(bytes: Uint8Array, at: number, name: string): { text: string; end: number } | undefined {
  const text = (from: number, size: number) => latin1(bytes.subarray(at + from, at + from + size));
  if (text(257, 5) !== 'ustar' || text(0, name.length + 1) !== `${name}\0`) return undefined;
  const size = Number.parseInt(text(124, 11), 8);
  const end = at + block + Math.ceil(size / block) * block;
  return size >= 0 && end <= bytes.length ? { text: text(block, size), end } : undefined;
}

function latin1(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}
