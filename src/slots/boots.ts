// How often in a row the machine has not come up, and whether it therefore boots with the image's own /etc: what a person
// writes there must not keep a machine from coming up far enough to be mended. Kept beside the slot state, in a sector of its
// own. components/initrd (usr/lib/catamaran/safe-boot) counts and decides in the same way, the agent says that it came up.
import { envSector } from './constants.ts';

/** Of the sector in the ab-state partition, in bytes: a cluster that its file system gives to nobody. */
export const bootsOffset = 12_288;

export interface Boots {
  /** Boots since the last one that came up. */
  readonly failed: number;
}

/** Not once, for a power cut is no fault of anybody's; not often, for nobody is let in meanwhile. */
const patience = 3;
const form = /^boots=(0|[1-9][0-9]{0,5}) end=\1\n/;
const most = 999_999;

export interface BootDecision {
  /** What is written before anything of the person's is looked at. */
  readonly next: Boots;
  /** With the image's own /etc, and past what fails. */
  readonly safe: boolean;
}

/**
 * A trial that does not come up is judged by its tries, and its failures are not held against anybody's /etc. After three
 * boots a safe one; where that does not come up either it was not /etc, which is then put back, and it begins anew: so that
 * the other slot, which has the same /etc, gets its own.
 */
export function beginBoot({ failed }: Boots, { trial }: { trial: boolean }): BootDecision {
  if (trial) return { next: { failed }, safe: false };
  return {
    next: { failed: failed < most ? failed + 1 : 0 },
    safe: failed % (patience + 1) === patience,
  };
}

/** One sector; torn or strange, it counts as none: then it takes three more boots. */
export function parseBoots(bytes: Uint8Array): Boots {
  const match = form.exec(String.fromCharCode(...bytes.subarray(0, 64)));
  return { failed: match ? Number(match[1]) : 0 };
}

export function serialiseBoots({ failed }: Boots): Uint8Array {
  const text = `boots=${failed} end=${failed}\n`;
  if (!form.test(text)) throw new RangeError(`not a count of boots: ${failed}`);
  return Uint8Array.from(text.padEnd(envSector, '#'), (character) => character.charCodeAt(0));
}
