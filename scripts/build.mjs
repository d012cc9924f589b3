// Bundles the three faces and the thread that evaluations run in into dist/, one ESM file each and what they share or seldom need in chunks beside them, so that a command
// loads what it runs; `--check` only tells whether dist/ is what the sources build.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import { assemblyForEsbuild } from './assembly.mjs';
import { namesForEsbuild } from './kept-names.mjs';
import { reportPageForEsbuild } from './report-page.mjs';
import { yamlForEsbuild } from './yaml-data.mjs';

const check = process.argv.includes('--check');
const result = await build({
  entryPoints: ['src/main.ts', 'src/report.ts', 'src/cli.ts', 'src/worker.ts'],
  outdir: 'dist',
  bundle: true,
  splitting: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  minify: true,
  charset: 'utf8',
  legalComments: 'none',
  loader: { '.py': 'text' },
  plugins: [assemblyForEsbuild, namesForEsbuild, reportPageForEsbuild, yamlForEsbuild],
  // Native and large: found at run time.
  external: ['onnxruntime-node', 'onnxruntime-web'],
  // Some bundled CommonJS packages call require().
  banner: {
    js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);",
  },
  write: false,
  logLevel: 'warning',
});
const names = new Set(result.outputFiles.map((file) => path.basename(file.path)));
mkdirSync('dist', { recursive: true });
const superfluous = readdirSync('dist').filter((name) => !names.has(name));
if (check) {
  const stale = result.outputFiles.filter((file) => {
    try {
      return !readFileSync(file.path).equals(Buffer.from(file.contents));
    } catch {
      return true;
    }
  });
  const wrong = [...stale.map((file) => file.path), ...superfluous.map((name) => path.resolve('dist', name))];
  for (const file of wrong) console.error(`${file} is not what the sources build; run: npm run build`);
  process.exitCode = wrong.length > 0 ? 1 : 0;
} else {
  for (const name of superfluous) rmSync(path.join('dist', name), { recursive: true });
  for (const file of result.outputFiles) writeFileSync(file.path, file.contents);
}
