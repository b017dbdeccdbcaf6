import { defineConfig } from 'vitest/config';

const minutes = (count: number) => count * 60_000;

export default defineConfig({
  test: {
    reporters: ['default', './test/support/closing-line.ts'],
    globalSetup: './test/support/bundle.ts',
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/boot/**'],
          testTimeout: minutes(2),
          hookTimeout: minutes(5),
        },
      },
      {
        // Real machines in QEMU: one at a time, so that each has the processor to itself.
        test: {
          name: 'boot',
          include: ['test/boot/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: minutes(15),
          hookTimeout: minutes(20),
        },
      },
    ],
  },
});
