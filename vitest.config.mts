import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';

import { defineConfig } from 'vitest/config';

// @ts-expect-error: a build script in plain JavaScript
import { viteTemplates } from './scripts/template-plugin.mjs';
// @ts-expect-error: a build script in plain JavaScript
import { viteCollections } from './scripts/collect-plugin.mjs';
import { bounds } from './test/support/bounds.mjs';
import WaitingFirst from './test/support/sequencer.mjs';

const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };

function bounded(timeout: number) {
  return { testTimeout: timeout, hookTimeout: timeout, expect: { poll: { timeout: bounds.test } } };
}

// Vite writes into the settings it is given, so each project gets its own.
const shared = (more: { templates?: string[]; stacks?: string[] } = {}) => ({
  plugins: [viteTemplates(['templates', ...(more.templates ?? [])]), viteCollections({ stacks: more.stacks ?? [] })],
  // What the tests take for the package is its sources.
  resolve: {
    alias: [
      { find: /^create-secure-infra\/check$/, replacement: path.resolve('src/check.ts') },
      { find: /^create-secure-infra$/, replacement: path.resolve('src/index.ts') },
    ],
  },
  define: {
    PACKAGE_VERSION: JSON.stringify(version),
    PACKAGE_WASM_FOLDER: JSON.stringify(path.resolve('node_modules')),
  },
});

export default defineConfig({
  test: {
    // In CI, where terraform and the provider wait for AWS, others can work.
    maxWorkers: Math.max(2, availableParallelism()) + (process.env.CI ? 2 : 0),
    sequence: { sequencer: WaitingFirst },
    reporters: ['default', './test/support/reporter.ts'],
    projects: [
      {
        ...shared(),
        test: { name: 'unit', include: ['test/{unit,golden,rules}/**/*.test.ts'], ...bounded(bounds.test) },
      },
      {
        // A second stack that only these tests know, brought in as any other is.
        ...shared({ templates: ['test/another-stack/templates'], stacks: ['test/another-stack/stacks'] }),
        test: { name: 'another-stack', include: ['test/another-stack/**/*.test.ts'], ...bounded(bounds.test) },
      },
      {
        ...shared(),
        test: {
          name: 'command',
          include: ['test/cli/**/*.test.ts'],
          globalSetup: ['test/cli/setup.ts'],
          ...bounded(bounds.test),
        },
      },
      {
        ...shared(),
        test: {
          name: 'hostile',
          include: ['test/hostile/**/*.test.ts'],
          globalSetup: ['test/cli/setup.ts'],
          ...bounded(bounds.test),
          // Each runs the command, which wants a processor.
          maxConcurrency: 3,
        },
      },
      {
        ...shared(),
        test: {
          name: 'python',
          include: ['test/python/**/*.test.ts'],
          globalSetup: ['test/python/setup.ts'],
          ...bounded(bounds.test),
        },
      },
      {
        ...shared(),
        test: {
          name: 'instance',
          include: ['test/instance/**/*.test.ts'],
          globalSetup: ['test/instance/setup.ts'],
          ...bounded(bounds.test),
        },
      },
      {
        ...shared(),
        test: {
          name: 'terraform',
          include: ['test/terraform/**/*.test.ts'],
          globalSetup: ['test/terraform/setup.ts'],
          ...bounded(bounds.longTest),
          // A provider takes 0.6 GB.
          maxConcurrency: 2,
        },
      },
      {
        ...shared(),
        test: {
          name: 'simulated-aws',
          include: ['test/simulated-aws/**/*.test.ts'],
          globalSetup: ['test/simulated-aws/setup.ts'],
          ...bounded(bounds.longTest),
          // Most of the time they wait for the provider, which waits as it would for AWS.
          maxConcurrency: 6,
        },
      },
      {
        ...shared(),
        test: {
          name: 'scanners',
          include: ['test/scanners/**/*.test.ts'],
          globalSetup: ['test/scanners/setup.ts'],
          ...bounded(bounds.longTest),
          // They wait for nothing but the processor.
          maxConcurrency: 2,
        },
      },
    ],
  },
});
