// How long the arguments of a disk's kernel can be: the kernel cuts off what does not fit, without a word, and ours, among
// them the root hash, come after the spec's.

/** COMMAND_LINE_SIZE of x86 and arm64 (asm/setup.h), less the NUL at its end. */
const longest = 2047;
/** catamaran.verity (173), what every slot has (26), the slot's state by GRUB (110), BOOT_IMAGE (36), and the spaces. */
const ours = 350;

/** In bytes: for the spec's and the platform's. */
export const roomForArguments = longest - ours;
