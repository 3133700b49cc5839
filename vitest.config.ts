import { defineConfig } from 'vitest/config';

const timeouts = { testTimeout: 30_000, hookTimeout: 60_000 };

/** Tests that measure time or memory, or whose processes do: they have the machine to themselves. */
const MEASURING = {
  packages: 'packages/inserts/src/attacks/**/*.test.ts',
  server: [
    'apps/server/src/integrations/**/*.test.ts',
    'apps/server/src/platform/**/*.test.ts',
    'apps/server/src/catalogs/import-memory.test.ts',
  ],
};

const globalSetup = ['apps/server/src/testing/global-setup.ts'];
/** Groups run one after the other; what waits for the database or a timer leaves its core to another file. */
const together = { maxWorkers: 2, sequence: { groupOrder: 0 } };
const alone = { maxWorkers: 1, sequence: { groupOrder: 1 } };

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'packages',
          include: ['packages/*/src/**/*.test.ts', '*.test.ts'],
          exclude: [MEASURING.packages],
          ...timeouts,
          ...together,
        },
      },
      {
        test: {
          name: 'server',
          include: ['apps/server/src/**/*.test.ts'],
          exclude: MEASURING.server,
          globalSetup,
          ...timeouts,
          ...together,
        },
      },
      {
        test: {
          name: 'measuring',
          include: [MEASURING.packages, ...MEASURING.server],
          globalSetup,
          ...timeouts,
          ...alone,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['e2e/src/**/*.test.ts'],
          ...timeouts,
          testTimeout: 120_000,
          ...alone,
        },
      },
    ],
  },
});
