// What a volume is and what it is called, by its first blocks: ISO 9660 (ECMA-119, 8.4), UDF (ECMA-167, 2/9), FAT
// ("FAT Data Structure"). No program is asked, and nothing is mounted. Nothing that the blocks hold makes it throw.
import type { VolumeType } from '../../../platform/user-data.ts';

export interface Identity {
  readonly types: readonly VolumeType[];
  /** Without blanks at its end; empty where it has none. */
  readonly label: string;
}

/** Bytes of the volume; undefined where it is not that long. */
export type ReadVolume = (offset: number, size: number) => Uint8Array | undefined;

const block = 2048;

export function identifyVolume(read: ReadVolume): Identity | undefined {
  return identifyOptical(read) ?? identifyFat(read);
}

/** The recognition sequence: one descriptor in each block from 16 on, of one kind, or of both where a disc is a bridge. */
function identifyOptical(read: ReadVolume): Identity | undefined {
  const types = new Set<VolumeType>();
  let label = '';
  for (let index = 16; index < 32; index++) {
    const descriptor = read(index * block, 72);
    if (descriptor === undefined) break;
    const word = asciiOf(descriptor.subarray(1, 6));
    if (word === 'CD001') {
      if (descriptor[0] === 1) {
        types.add('iso9660');
        label = asciiOf(descriptor.subarray(40, 72));
      }
    } else if (/^NSR0[23]$/.test(word)) types.add('udf');
    else if (!/^(BEA01|TEA01|BOOT2)$/.test(word)) break;
  }
  return types.size === 0 ? undefined : { types: [...types], label: trim(label) };
}

function identifyFat(read: ReadVolume): Identity | undefined {
  const sector = read(0, 512);
  if (sector === undefined || sector[510] !== 0x55 || sector[511] !== 0xaa) return undefined;
  const word = (at: number) => sector[at]! | (sector[at + 1]! << 8);
  const bytes = word(11);
  const [perCluster, reserved, tables, rootEntries] = [sector[13]!, word(14), sector[16]!, word(17)];
  if (![512, 1024, 2048, 4096].includes(bytes) || perCluster === 0 || (perCluster & (perCluster - 1)) !== 0)
    return undefined;
  if (reserved === 0 || tables === 0 || tables > 2) return undefined;
  const isLarge = word(22) === 0;
  const long = (at: number) => word(at) + word(at + 2) * 65_536;
  const tableSectors = isLarge ? long(36) : word(22);
  if (isLarge !== (rootEntries === 0)) return undefined;
  const data = (reserved + tables * tableSectors) * bytes;
  const root = isLarge ? data + (long(44) - 2) * perCluster * bytes : data;
  const inRoot = labelInRoot(read, root, isLarge ? perCluster * bytes : rootEntries * 32);
  const inSector = trim(asciiOf(sector.subarray(isLarge ? 71 : 43, isLarge ? 82 : 54)));
  return { types: ['vfat'], label: inRoot ?? (inSector === 'NO NAME' ? '' : inSector) };
}

/** "FAT Directory Structure": the entry with the attribute ATTR_VOLUME_ID alone. */
function labelInRoot(read: ReadVolume, at: number, size: number): string | undefined {
  if (!Number.isSafeInteger(at) || at < 0) return undefined;
  const entries = read(at, Math.min(size, 4096));
  if (entries === undefined) return undefined;
  for (let from = 0; from + 32 <= entries.length && entries[from] !== 0; from += 32)
    if (entries[from] !== 0xe5 && (entries[from + 11]! & 0x3f) === 0x08)
      return trim(asciiOf(entries.subarray(from, from + 11)));
  return undefined;
}

const asciiOf = (bytes: Uint8Array): string => String.fromCharCode(...bytes);
const trim = (text: string): string => text.replace(/[\0 ]+$/, '');
