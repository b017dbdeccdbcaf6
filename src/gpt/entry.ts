// One entry of a GUID Partition Table, bytes to a partition and back: UEFI specification 2.10, section 5.3.3.
import type { Sectors } from '../base/flavour.ts';
import { getSector, setSector, viewOf } from './bytes.ts';
import { entrySize } from './geometry.ts';
import { formatGuid, guidBytes } from './guid.ts';

export interface GptPartition {
  /** Lower-case GUIDs. */
  readonly type: string;
  readonly guid: string;
  readonly label: string;
  readonly attributes: bigint;
  /** Sectors of 512 bytes; the last one belongs to it. */
  readonly firstLba: Sectors;
  readonly lastLba: Sectors;
}

/** A label's length, in units of UTF-16. */
const labelUnits = 36;

/** Undefined: not in use. What the numbers are is as anyone may have written them. */
export function decodeEntry(bytes: Uint8Array): GptPartition | undefined {
  if (bytes.subarray(0, 16).every((byte) => byte === 0)) return undefined;
  const view = viewOf(bytes);
  const units = Array.from({ length: labelUnits }, (_, index) => view.getUint16(56 + index * 2, true));
  return {
    type: formatGuid(bytes.subarray(0, 16)),
    guid: formatGuid(bytes.subarray(16, 32)),
    label: String.fromCharCode(...units).replace(/\0.*$/s, ''),
    attributes: view.getBigUint64(48, true),
    firstLba: getSector(view, 32),
    lastLba: getSector(view, 40),
  };
}

export function encodeEntry(partition: GptPartition): Uint8Array {
  const { type, guid, label, attributes, firstLba, lastLba } = partition;
  if (label.length > labelUnits) throw new RangeError(`label ${label} is too long`);
  const bytes = new Uint8Array(entrySize);
  const view = viewOf(bytes);
  bytes.set(guidBytes(type));
  bytes.set(guidBytes(guid), 16);
  setSector(view, 32, firstLba);
  setSector(view, 40, lastLba);
  view.setBigUint64(48, attributes, true);
  for (let unit = 0; unit < label.length; unit++) view.setUint16(56 + unit * 2, label.charCodeAt(unit), true);
  return bytes;
}
