import { defineConfig } from 'vitest/config';

const minutes = (count: number) => count * 60_000;

/** Real machines in QEMU: after everything else and one at a time, so that each has the processor to itself. */
const machines = (name: string, groupOrder: number) => ({
  name,
  include: [`test/${name}/**/*.test.ts`],
  fileParallelism: false,
  sequence: { groupOrder },
  testTimeout: minutes(15),
  hookTimeout: minutes(20),
});

export default defineConfig({
  test: {
    reporters: ['default', './test/support/closing-line.ts'],
    globalSetup: './test/support/bundle.ts',
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/boot/**', 'test/faults/**'],
          sequence: { groupOrder: 0 },
          testTimeout: minutes(5),
          hookTimeout: minutes(10),
        },
      },
      // QEMU's emulation now and then ends a guest for no reason of the guest's: one more try.
      { test: { ...machines('boot', 1), retry: 1 } },
      // The full campaigns, which take hours: npm run test:faults.
      { test: machines('faults', 2) },
    ],
  },
});
