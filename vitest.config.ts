import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

// Vitest leaves one processor idle for itself: of two, half.
const maxWorkers = availableParallelism();
const minutes = (count: number) => count * 60_000;

export default defineConfig({
  test: {
    reporters: ['default', './test/support/closing-line.ts'],
    globalSetup: './test/support/bundle.ts',
    projects: [
      {
        // Needs nothing but Node: whole in about a minute.
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/boot/**', 'test/**/*.slow.test.ts'],
          maxWorkers,
          // Files share what they import: half of the processor time went into loading the same modules again.
          isolate: false,
          sequence: { groupOrder: 0 },
          testTimeout: minutes(5),
          hookTimeout: minutes(10),
        },
      },
      {
        // Builds, registries, other programs, the Debian archive; and what takes many seconds.
        test: {
          name: 'slow',
          include: ['test/**/*.slow.test.ts'],
          exclude: ['test/boot/**'],
          maxWorkers,
          sequence: { groupOrder: 1 },
          testTimeout: minutes(10),
          hookTimeout: minutes(10),
        },
      },
      {
        // Real machines in QEMU: after everything else, and as many at a time as each has a processor to itself.
        test: {
          name: 'boot',
          include: ['test/boot/**/*.test.ts'],
          maxWorkers,
          sequence: { groupOrder: 2 },
          // QEMU's emulation now and then ends a guest for no reason of the guest's: one more try.
          retry: 1,
          testTimeout: minutes(15),
          hookTimeout: minutes(20),
        },
      },
    ],
  },
});
