import { defineConfig } from 'vitest/config';

/** The logic behind the pages, without a browser. The pages themselves are tested in `tests`. */
export default defineConfig({ test: { include: ['src/**/*.test.ts'], environment: 'node' } });
