// Writes docs/edge-ready.schema.json from the schema that the gate validates edge-ready.yml with; `--check` only tells whether it is current.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const output = 'docs/edge-ready.schema.json';
const folder = mkdtempSync(join(tmpdir(), 'edge-ready-schema-'));
try {
  const outfile = join(folder, 'json-schema.mjs');
  await build({
    entryPoints: ['src/config/json-schema.ts'],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    loader: { '.yml': 'text' },
    logLevel: 'warning',
  });
  const { configJsonSchemaText } = await import(pathToFileURL(outfile).href);
  const text = configJsonSchemaText();
  if (!process.argv.includes('--check')) writeFileSync(output, text);
  else if (readFileSync(output, 'utf8') !== text) {
    console.error(`${output} is not what the sources say; run: node scripts/generate-schema.mjs`);
    process.exitCode = 1;
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
