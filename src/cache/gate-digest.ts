import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

let known: string | undefined;

/**
 * sha256 of the code that runs: of the bundles and their chunks, or, run from the sources, of all of these. Numbers that other code made are never
 * compared with this code's.
 */
export function gateDigest(): string {
  known ??= digestOf(codeFiles(fileURLToPath(import.meta.url)));
  return known;
}

/** `running` is the file that this function is in. */
function codeFiles(running: string): readonly string[] {
  const folder = path.dirname(running);
  if (!running.endsWith('.ts')) {
    const bundles = readdirSync(folder).filter((name) => name.endsWith('.js'));
    return bundles.sort().map((name) => path.join(folder, name));
  }
  const sources = path.dirname(folder);
  return readdirSync(sources, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort();
}

function digestOf(files: readonly string[]): string {
  const hash = createHash('sha256');
  for (const file of files) {
    const content = readFileSync(file);
    hash.update(`${path.basename(file)}\0${content.byteLength}\0`).update(content);
  }
  return hash.digest('hex');
}
