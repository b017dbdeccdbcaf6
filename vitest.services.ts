// Tests against the services of others, as they are in Debian's archive: large programs, which no run of the suite waits for.
// `npm run test:glance`, `npm run test:moto`.
import { defineConfig } from 'vitest/config';

const minutes = (count: number) => count * 60_000;

export default defineConfig({
  test: {
    reporters: ['default', './test/support/closing-line.ts'],
    globalSetup: './test/support/bundle.ts',
    include: ['test/services/*.service.ts'],
    maxWorkers: 1,
    testTimeout: minutes(10),
    hookTimeout: minutes(20),
  },
});
