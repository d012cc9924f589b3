// Bundles the three faces and the thread that evaluations run in into dist/, one ESM file each; `--check` only tells whether dist/ is what the sources build.
import { readFileSync } from 'node:fs';
import { build } from 'esbuild';
import { assemblyForEsbuild } from './assembly.mjs';
import { reportPageForEsbuild } from './report-page.mjs';
import { yamlForEsbuild } from './yaml-data.mjs';

const check = process.argv.includes('--check');
const result = await build({
  entryPoints: ['src/main.ts', 'src/report.ts', 'src/cli.ts', 'src/worker.ts'],
  outdir: 'dist',
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  minify: true,
  keepNames: true,
  charset: 'utf8',
  legalComments: 'none',
  loader: { '.py': 'text' },
  plugins: [assemblyForEsbuild, reportPageForEsbuild, yamlForEsbuild],
  // Native and large: found at run time.
  external: ['onnxruntime-node', 'onnxruntime-web'],
  // Some bundled CommonJS packages call require().
  banner: {
    js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);",
  },
  write: !check,
  logLevel: 'warning',
});
if (check) {
  const stale = result.outputFiles.filter((file) => {
    try {
      return !readFileSync(file.path).equals(Buffer.from(file.contents));
    } catch {
      return true;
    }
  });
  for (const file of stale) console.error(`${file.path} is not what the sources build; run: npm run build`);
  process.exitCode = stale.length > 0 ? 1 : 0;
}
