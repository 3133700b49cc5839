import { defineConfig } from 'vitest/config';

const timeouts = { testTimeout: 30_000, hookTimeout: 60_000 };

export default defineConfig({
  test: {
    projects: [
      { test: { name: 'packages', include: ['packages/*/src/**/*.test.ts', '*.test.ts'], ...timeouts } },
      {
        test: {
          name: 'server',
          include: ['apps/server/src/**/*.test.ts'],
          globalSetup: ['apps/server/src/testing/global-setup.ts'],
          ...timeouts,
        },
      },
      { test: { name: 'e2e', include: ['e2e/src/**/*.test.ts'], ...timeouts, testTimeout: 120_000 } },
    ],
  },
});
