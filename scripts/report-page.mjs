// `import { script, style } from './report-page.bundle'` gives the code and the style sheet of the HTML report as text, `'./trend-page.bundle'` those of the page of a history: a plug-in for esbuild and one for vitest.
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const folder = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../src/report/html');
const entries = { report: 'page/page.tsx', trend: 'trend/trend.tsx' };
const bundle = /\/(report|trend)-page\.bundle$/;

/** A module with what a page becomes in a browser: one classic script, one style sheet. */
async function bundled(name) {
  const { outputFiles } = await build({
    entryPoints: [path.join(folder, entries[name])],
    outdir: 'page',
    bundle: true,
    platform: 'browser',
    target: 'es2022',
    format: 'iife',
    minify: true,
    charset: 'utf8',
    legalComments: 'none',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    write: false,
    logLevel: 'warning',
  });
  const textOf = (extension) => outputFiles.find((file) => file.path.endsWith(extension))?.text.trimEnd() ?? '';
  return `export const script = ${JSON.stringify(textOf('.js'))}; export const style = ${JSON.stringify(textOf('.css'))};`;
}

export const reportPageForEsbuild = {
  name: 'report-page',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: bundle }, ({ path: file }) => ({ path: bundle.exec(file)?.[1], namespace: 'report-page' }));
    onLoad({ filter: /./, namespace: 'report-page' }, async ({ path: name }) => ({
      contents: await bundled(name),
      loader: 'js',
    }));
  },
};

export const reportPageForVitest = {
  name: 'report-page',
  enforce: 'pre',
  resolveId: (id) => (bundle.test(id) ? `\0page-${bundle.exec(id)?.[1]}` : undefined),
  load: (id) => (id.startsWith('\0page-') ? bundled(id.slice('\0page-'.length)) : undefined),
};
