// zstd's levels, each a choice between the time of a build and the size of what it makes. docs/outputs.md has what was
// measured.

/** For a disk's segments. */
export const segmentLevel = 5;
/** For the archives of an initrd. */
export const archiveLevel = 5;
/** For a squashfs that is made anew as a whole. */
export const squashfsLevel = 6;

/** Of lz4hc, which has 1 to 12: its usual one. */
export const erofsLevel = 9;
