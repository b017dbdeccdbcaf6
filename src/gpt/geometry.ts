// How large the pieces of a GUID Partition Table are, and where they lie: UEFI specification 2.10, section 5.3.1. Sectors
// are of 512 bytes on every disk that we write.

export const sectorSize = 512;
export const entryCount = 128;
/** In bytes. */
export const entrySize = 128;
const arraySectors = (entryCount * entrySize) / sectorSize;
/** Protective MBR, header and array. */
export const primarySectors = 2 + arraySectors;
/** Array and header at the disk's end. */
export const backupSectors = 1 + arraySectors;

/** Where the array is of the header at this sector: behind the first one, before the backup. */
export function arrayOf(header: number): number {
  return header === 1 ? 2 : header - arraySectors;
}
