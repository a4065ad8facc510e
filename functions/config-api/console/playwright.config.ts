import { defineConfig } from '@playwright/test';

import { chromium, cloud } from './tests/cloud';

/** Tests of the deployed console in a real browser: `make test` brings the local cloud that they need. */
export default defineConfig({
  testDir: 'tests',
  outputDir: 'test-results',
  fullyParallel: true,
  // The functions, the emulator and the browsers share the machine; more of them only wait for each other.
  workers: 2,
  timeout: 120_000,
  expect: { timeout: 20_000 },
  reporter: [['list']],
  use: {
    baseURL: new URL(cloud.consoleUrl).origin,
    locale: 'en-GB',
    timezoneId: 'Europe/Stockholm',
    actionTimeout: 20_000,
    trace: 'retain-on-failure',
    launchOptions: {
      executablePath: chromium,
      // As root, Chromium runs without its sandbox only. The others keep it from calling home.
      args: [
        ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
  projects: [
    { name: 'console', testMatch: '*.test.ts' },
    { name: 'screenshots', testMatch: 'screenshots.ts' },
  ],
});
