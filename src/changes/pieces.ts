import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { filePieces } from '../basics/file-pieces.ts';
import { UserError } from '../errors.ts';
import { parseLfsPointer } from '../formats/lfs-pointer.ts';
import { blobSizes, readBlob } from './blobs.ts';
import { gitCommand } from './git.ts';
import { largestPointerBytes, readBytes, storedFile } from './lfs.ts';
import type { Repository } from './repository.ts';

/**
 * What the blob of a file stands for, see `readContent`, in pieces: it need not fit into memory.
 * @throws UserError when it is larger than `maxBytes`, is not here or, while it is read, when git fails
 */
export async function readPieces(
  repository: Repository,
  blob: string,
  path: string,
  maxBytes: number,
): Promise<AsyncIterable<Uint8Array>> {
  const size = (await blobSizes(repository, [blob])).get(blob) ?? Number.POSITIVE_INFINITY;
  if (size > largestPointerBytes && size <= maxBytes) return blobPieces(repository, blob, path, size);
  const pointer = size > maxBytes ? undefined : parseLfsPointer(await readBlob(repository, blob, maxBytes, path));
  const stored = pointer === undefined || pointer.size > maxBytes ? undefined : await storedFile(repository, pointer);
  if (stored !== undefined && (await sha256Of(stored)) === pointer?.oid) return filePieces(stored);
  // Small, through git-lfs, or an error.
  return inOnePiece(await readBytes(repository, blob, path, maxBytes));
}

async function* inOnePiece(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  yield bytes;
}

async function* blobPieces(
  { root }: Repository,
  blob: string,
  path: string,
  size: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { settings, environment } = gitCommand();
  const child = spawn('git', [...settings, 'cat-file', 'blob', blob], {
    cwd: root,
    env: environment,
    stdio: ['ignore', 'pipe', 'ignore'],
    windowsHide: true,
  });
  // What could not be started gives nothing.
  child.once('error', () => {});
  let got = 0;
  try {
    for await (const piece of child.stdout as AsyncIterable<Buffer>) {
      got += piece.length;
      yield piece;
    }
  } finally {
    child.kill();
  }
  if (got !== size) throw new UserError(`${path} could not be read from git: ${got} of ${size} bytes came.`);
}

async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of filePieces(file)) hash.update(piece);
  return hash.digest('hex');
}
