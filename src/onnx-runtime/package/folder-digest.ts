import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';

/** The hash of a file's content, hexadecimal or base64. */
export async function fileDigest(file: string, algorithm: string, encoding: 'hex' | 'base64'): Promise<string> {
  const hash = createHash(algorithm);
  await pipeline(createReadStream(file), hash);
  return hash.digest(encoding);
}

/** sha256 of all files below a folder: their paths with `/`, sorted by code unit, each with the sha256 of its content. */
export async function folderDigest(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'))
    .sort((a, b) => (a < b ? -1 : 1));
  const hash = createHash('sha256');
  for (const file of files) hash.update(`${file}\0${await fileDigest(path.join(folder, file), 'sha256', 'hex')}\n`);
  return hash.digest('hex');
}
