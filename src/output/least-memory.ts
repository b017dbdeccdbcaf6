/** In bytes: with less, a machine that has its root on a disk or a medium is no use as a host of containers. */
export const leastMemory = 512 * 2 ** 20;
