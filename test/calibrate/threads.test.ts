import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { describe, expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '..', '..');
const { assemblyForEsbuild }: { readonly assemblyForEsbuild: Plugin } = await import(
  pathToFileURL(path.join(root, 'scripts', 'assembly.mjs')).href
);

describe('recording over threads', () => {
  // Threads are started from the bundle, so the test makes one.
  it.skipIf(availableParallelism() < 2)('gives what one thread gives, counts and extremes', async () => {
    const folder = mkdtempSync(path.join(root, 'node_modules', '.test-threads-'));
    try {
      await build({
        entryPoints: {
          program: path.join(import.meta.dirname, 'threads-program.ts'),
          worker: path.join(root, 'src/worker.ts'),
        },
        outdir: folder,
        bundle: true,
        platform: 'node',
        format: 'esm',
        target: 'node20',
        external: ['onnxruntime-node', 'onnxruntime-web'],
        loader: { '.yml': 'text' },
        plugins: [assemblyForEsbuild],
        banner: { js: "import{createRequire as __c}from'node:module';const require=__c(import.meta.url);" },
      });
      const said = execFileSync(process.execPath, [path.join(folder, 'program.js')], { encoding: 'utf8' });
      const expected = { tensors: 3, isSame: true, mergesIntoNothing: true };
      expect(JSON.parse(said)).toEqual({
        counts: { ...expected, largest: expect.closeTo(12, 1) },
        extents: { ...expected, largest: expect.closeTo(12, 1) },
        counting: { isSame: true, isGivenAway: true },
      });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
