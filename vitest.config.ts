import { readFileSync } from 'node:fs';
import { defineConfig } from 'vitest/config';
import { assemblyForVitest } from './scripts/assembly.mjs';
import { reportPageForVitest } from './scripts/report-page.mjs';

/** `import text from './board.yml'` gives the file's text, as the bundle does; Python's files likewise. */
const filesAsText = {
  name: 'files-as-text',
  enforce: 'pre' as const,
  load(id: string) {
    return /\.(yml|py)$/.test(id) ? `export default ${JSON.stringify(readFileSync(id, 'utf8'))}` : undefined;
  },
};

export default defineConfig({
  plugins: [filesAsText, assemblyForVitest, reportPageForVitest],
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/support/property-seed.ts'],
    exclude: ['test/e2e/**'],
    testTimeout: 60_000,
  },
});
