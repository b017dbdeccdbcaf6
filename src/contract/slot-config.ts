// slot.cfg, the first file of a boot archive: a line that grub.cfg sources, which sets `$slot` before and reads
// `$slot_args` after, and before it the format, as a comment: the boot loader of a machine is as old as its disk, and has to
// take every one. GRUB puts a backslash before each quote in the kernel's arguments (grub-core/lib/cmdline.c), so there
// can be none.
import { CatamaranError } from '../base/errors.ts';
import { format } from './document.ts';
import { roomForArguments } from './kernel-arguments.ts';

/** A kernel that stops is started anew; one that finds the disk's first partition table damaged takes the one at its end. */
const always = ['panic=10', 'oops=panic', 'gpt'];

/** Of dm-verity, as the initrd takes them. */
export interface VerityArguments {
  /** Lower-case hex. */
  readonly rootHash: string;
  readonly salt: string;
  readonly dataBlocks: number;
}

export interface SlotConfig {
  /** The kernel's arguments, all that slot.cfg sets. */
  readonly slotArgs: string;
  /** The word of them that names the root, taken apart. */
  readonly verity?: VerityArguments | undefined;
}

/** The kernel's arguments. `cmdline`: of the spec. Without `verity` the kernel finds no root. */
export function slotArguments(cmdline: string, verity?: VerityArguments): string {
  const foreign = /["'\\]|[^ -~]/.exec(cmdline)?.[0];
  if (foreign !== undefined) {
    throw new CatamaranError('spec', {
      code: 'cmdline-quoted',
      message: `kernel.cmdline has ${JSON.stringify(foreign)}, which GRUB cannot hand to the kernel as it is`,
      hint: 'Write the kernel arguments in plain ASCII, without quotes, backslashes and line breaks.',
    });
  }
  if (cmdline.length > roomForArguments) {
    throw new CatamaranError('spec', {
      code: 'spec-cmdline-long',
      message: `the kernel’s arguments are ${cmdline.length} bytes long: beside Catamaran’s own there is room for ${roomForArguments}`,
      hint: 'Leave some out of kernel.cmdline: the kernel would cut off the end, without a word.',
    });
  }
  const root = verity ? [verityArgument(verity)] : [];
  return [cmdline.trim(), ...root, ...always].filter((word) => word !== '').join(' ');
}

export function writeSlotConfig(cmdline: string, verity?: VerityArguments): string {
  return `# format: ${format}\nset slot_args='${slotArguments(cmdline, verity)}'\n`;
}

export function verityArgument({ rootHash, salt, dataBlocks }: VerityArguments): string {
  return `catamaran.verity=${rootHash},${salt},${dataBlocks}`;
}

/** Undefined where nothing is set. The format is passed over: these words are what every kernel and initrd of ours knows. */
export function readSlotConfig(text: string): SlotConfig | undefined {
  const slotArgs = /^set slot_args='([^'\n]*)'$/m.exec(text)?.[1];
  return slotArgs === undefined ? undefined : { slotArgs, verity: readVerityArgument(slotArgs) };
}

function readVerityArgument(words: string): VerityArguments | undefined {
  const form = /(?:^| )catamaran\.verity=([0-9a-f]{64}),((?:[0-9a-f]{2}){1,256}),([1-9]\d{0,9})(?: |$)/;
  const [, rootHash, salt, dataBlocks] = form.exec(words) ?? [];
  if (rootHash === undefined || salt === undefined) return undefined;
  return { rootHash, salt, dataBlocks: Number(dataBlocks) };
}
