import { readFileSync } from 'node:fs';

import { defineConfig } from 'vitest/config';

// @ts-expect-error: a build script in plain JavaScript
import { viteTemplates } from './scripts/template-plugin.mjs';

const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };

export default defineConfig({
  plugins: [viteTemplates('templates')],
  define: { PACKAGE_VERSION: JSON.stringify(version) },
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/cli/setup.ts', 'test/terraform/setup.ts'],
    maxConcurrency: 2,
    testTimeout: 60_000,
  },
});
