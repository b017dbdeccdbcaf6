// The boot loader on a disk in memory: its choice, and what it writes before it starts it.
import { expect } from 'vitest';
import { chooseBoot } from '../../../src/slots/boot-model.ts';
import { envOffsets, envSize, type SlotName, slotRole } from '../../../src/slots/constants.ts';
import { serialiseEnv } from '../../../src/slots/env.ts';
import type { FragileDisk } from './fragile-machine.ts';

/**
 * `isReadable`: whether the boot loader finds a boot archive in a slot that begins with this block. `writable`: whether it
 * can write the slot state.
 */
export function bootSlot(
  { media }: FragileDisk,
  isReadable: (block: Uint8Array) => boolean = (block) => block.subarray(0, 512).some((byte) => byte !== 0),
  writable = true,
): SlotName {
  const state = media.get('ab-state')!;
  const env = (index: 0 | 1) => state.slice(envOffsets[index], envOffsets[index] + envSize);
  const readable = (slot: SlotName) => isReadable(media.get(slotRole('boot', slot))!.subarray(0, 4096));
  const choice = chooseBoot({
    ...{ env1: env(0), env2: env(1), writable },
    readable: { A: readable('A'), B: readable('B') },
  });
  expect(choice.rescue).toBe(false);
  if (choice.written) for (const offset of envOffsets) state.set(serialiseEnv(choice.written), offset);
  return choice.slot!;
}
