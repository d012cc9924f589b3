// Runs a TypeScript file: bundles it beside the others in a temporary folder and imports the result. `node scripts/run-ts.mjs bench/x.ts [arguments]`
import { mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { assemblyForEsbuild } from './assembly.mjs';
import { reportPageForEsbuild } from './report-page.mjs';

const [file, ...rest] = process.argv.slice(2);
if (file === undefined) throw new Error('usage: node scripts/run-ts.mjs FILE.ts [arguments]');
const folder = mkdtempSync(path.resolve('node_modules', '.run-ts-'));
try {
  const outfile = path.join(folder, 'main.mjs');
  await build({
    entryPoints: [file],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    packages: 'external',
    sourcemap: 'inline',
    loader: { '.yml': 'text', '.py': 'text' },
    plugins: [assemblyForEsbuild, reportPageForEsbuild],
    define: { 'import.meta.dirname': JSON.stringify(path.dirname(path.resolve(file))) },
  });
  process.argv = [process.argv[0] ?? 'node', file, ...rest];
  await import(pathToFileURL(outfile).href);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
