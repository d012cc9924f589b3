import { defineConfig, mergeConfig } from 'vitest/config';
import base from './vitest.config.ts';

/** The real actions under act; `EDGE_READY_E2E_NODE` names the Node.js that runs them, `PATH`'s otherwise. */
export default mergeConfig(
  { ...base, test: { ...base.test, include: [], exclude: [] } },
  defineConfig({
    test: { include: ['test/e2e/**/*.test.ts'], testTimeout: 300_000, hookTimeout: 300_000, fileParallelism: false },
  }),
);
