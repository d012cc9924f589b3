/** Programs of the benches bundled as `dist/` is, with the thread that they start beside them: what a whole process takes is then what a user's takes. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';

/** Bundles `src/` or `bench/` files, by the name of the program; as `scripts/build.mjs` does. */
export async function bundleInto(folder: string, programs: Readonly<Record<string, string>>): Promise<void> {
  // Find their sources beside themselves, so they are not bundled with this.
  const plugin = async (file: string, name: string): Promise<Plugin> =>
    (await import(pathToFileURL(path.resolve('scripts', file)).href))[name];
  await build({
    entryPoints: { ...programs, worker: path.resolve('src', 'worker.ts') },
    outdir: folder,
    bundle: true,
    splitting: true,
    minify: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    external: ['onnxruntime-node', 'onnxruntime-web'],
    loader: { '.py': 'text' },
    plugins: [
      await plugin('assembly.mjs', 'assemblyForEsbuild'),
      await plugin('kept-names.mjs', 'namesForEsbuild'),
      await plugin('report-page.mjs', 'reportPageForEsbuild'),
      await plugin('yaml-data.mjs', 'yamlForEsbuild'),
    ],
    banner: { js: "import{createRequire as __c}from'node:module';const require=__c(import.meta.url);" },
  });
  writeFileSync(path.join(folder, 'package.json'), '{"type":"module"}');
}
