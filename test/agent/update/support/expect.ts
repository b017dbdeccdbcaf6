// What every test of an update asks of the machine afterwards.
import { expect } from 'vitest';
import { imageKinds } from '../../../../src/tuf/names.ts';
import type { TestRelease } from './releases.ts';
import type { TestMachine } from './test-machine.ts';

/** Every byte of it is in the slot, and the next boot tries it. */
export async function expectInstalled(
  machine: TestMachine,
  slot: 'A' | 'B',
  release: TestRelease,
): Promise<void> {
  for (const part of imageKinds) {
    const found = await machine.part(part, slot);
    expect(found.subarray(0, release.images[part].length).equals(release.images[part]), part).toBe(true);
  }
  expect(machine.state()).toMatchObject({ first: slot, [slot]: 'try3' });
}

/** What a failed update leaves: slot A as it was, good and first, and nothing to boot in slot B. */
export async function expectUntouched(machine: TestMachine, running: TestRelease): Promise<void> {
  for (const part of imageKinds) {
    const found = await machine.part(part, 'A');
    expect(found.subarray(0, running.images[part].length).equals(running.images[part]), part).toBe(true);
  }
  expect(machine.state()).toMatchObject({ first: 'A', A: 'good' });
  expect(machine.state().B).toMatch(/^(none|good)$/);
  expect(machine.host.calls).not.toContain('reboot');
}

/** The exit status of an error that names its fault: of anything but a bug. */
export const refused = expect.toBeOneOf([2, 3, 4, 5, 6]);
