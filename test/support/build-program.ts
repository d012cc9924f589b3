import { mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';

const root = path.resolve(import.meta.dirname, '..', '..');
const script = (name: string): Promise<Readonly<Record<string, Plugin>>> =>
  import(pathToFileURL(path.join(root, 'scripts', name)).href);

/** A TypeScript program bundled beside the script of its threads, as `dist/` is. */
export async function buildProgram(source: string) {
  const folder = mkdtempSync(path.join(root, 'node_modules', '.test-program-'));
  const { assemblyForEsbuild } = await script('assembly.mjs');
  const { reportPageForEsbuild } = await script('report-page.mjs');
  await build({
    entryPoints: { program: path.join(root, source), worker: path.join(root, 'src/worker.ts') },
    outdir: folder,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    external: ['onnxruntime-node', 'onnxruntime-web'],
    loader: { '.yml': 'text', '.py': 'text' },
    plugins: [assemblyForEsbuild, reportPageForEsbuild].filter((plugin) => plugin !== undefined),
    banner: { js: "import{createRequire as __c}from'node:module';const require=__c(import.meta.url);" },
  });
  return {
    program: path.join(folder, 'program.js'),
    worker: path.join(folder, 'worker.js'),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
