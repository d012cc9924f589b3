// `import { script, style } from './report-page.bundle'` gives the code and the style sheet of the HTML report as text: a plug-in for esbuild and one for vitest.
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const folder = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../src/report/html/page');

/** A module with what src/report/html/page becomes in a browser: one classic script, one style sheet. */
async function bundled() {
  const { outputFiles } = await build({
    entryPoints: [path.join(folder, 'page.tsx')],
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
    onResolve({ filter: /\/report-page\.bundle$/ }, () => ({ path: 'page', namespace: 'report-page' }));
    onLoad({ filter: /^page$/, namespace: 'report-page' }, async () => ({ contents: await bundled(), loader: 'js' }));
  },
};

export const reportPageForVitest = {
  name: 'report-page',
  enforce: 'pre',
  resolveId: (id) => (id.endsWith('/report-page.bundle') ? '\0report-page' : undefined),
  load: (id) => (id === '\0report-page' ? bundled() : undefined),
};
