// How a disk is read, whatever holds it: a raw file, a qcow2, a block device.

/** Reads `size` bytes at `offset`; fewer at the end only. */
export type ReadAt = (offset: number, size: number) => Promise<Uint8Array>;
