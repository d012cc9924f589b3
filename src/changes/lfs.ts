import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../errors.ts';
import { type LfsPointer, parseLfsPointer } from '../formats/lfs-pointer.ts';
import type { ReadBlob } from './blob-reader.ts';
import { readBlob, readSmallBlobs } from './blobs.ts';
import { tryGit } from './git.ts';
import type { Repository } from './repository.ts';
import { findFileAt } from './tree.ts';

/** A blob's content, or the Git LFS pointer that it is where the content it points to is not here. */
export type Content =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'lfs-pointer'; readonly pointer: LfsPointer };

/** The specification says that a pointer is smaller than this. https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md */
export const largestPointerBytes = 1023;

/**
 * What a blob stands for: its bytes or, when it is a Git LFS pointer, those it points to, from the clone's LFS store or through an installed git-lfs.
 * Either is checked against the pointer's SHA-256. `read` is for those who read many.
 * @throws UserError when it is larger than `maxBytes` or can't be read.
 */
export async function readContent(
  repository: Repository,
  blob: string,
  maxBytes: number,
  label?: string,
  read: ReadBlob = (...asked) => readBlob(repository, ...asked),
): Promise<Content> {
  const bytes = await read(blob, maxBytes, label);
  const pointer = bytes.byteLength <= largestPointerBytes ? parseLfsPointer(bytes) : undefined;
  if (pointer === undefined) return { kind: 'bytes', bytes };
  if (pointer.size > maxBytes) {
    throw new UserError(
      `${label ?? `blob ${blob}`} has ${pointer.size} bytes; the gate reads files of at most ${maxBytes} bytes.`,
    );
  }
  const content = (await readStored(repository, pointer)) ?? (await smudge(repository, bytes, pointer));
  return content === undefined ? { kind: 'lfs-pointer', pointer } : { kind: 'bytes', bytes: content };
}

/**
 * The Git LFS pointers among blobs, by id. Only blobs small enough to be one are read.
 */
export async function findPointers(
  repository: Repository,
  blobs: readonly string[],
): Promise<ReadonlyMap<string, LfsPointer>> {
  const pointers = new Map<string, LfsPointer>();
  for (const [blob, bytes] of await readSmallBlobs(repository, blobs, largestPointerBytes)) {
    const pointer = parseLfsPointer(bytes);
    if (pointer !== undefined) pointers.set(blob, pointer);
  }
  return pointers;
}

/**
 * A file of a commit, or `undefined` when there is none at that path. Git LFS pointers are followed.
 * @throws UserError when the path leaves the repository or is a symbolic link, when the file is larger than `maxBytes`, or is a pointer to what is not here.
 */
export async function readFileAt(
  repository: Repository,
  commit: string,
  path: string,
  maxBytes: number,
): Promise<Uint8Array | undefined> {
  const file = await findFileAt(repository, commit, path);
  return file === undefined ? undefined : readBytes(repository, file.blob, path, maxBytes);
}

/** The bytes that the blob of a file stands for, see `readContent`. @throws UserError like `readFileAt` */
export async function readBytes(
  repository: Repository,
  blob: string,
  path: string,
  maxBytes: number,
  read?: ReadBlob,
): Promise<Uint8Array> {
  const content = await readContent(repository, blob, maxBytes, path, read);
  if (content.kind === 'lfs-pointer') throw new UserError(lfsAdvice(path));
  return content.bytes;
}

/** What to do about a file whose content Git LFS did not bring. */
export function lfsAdvice(path: string): string {
  return `${path} is a Git LFS pointer and its content is not here; add "with: { lfs: true }" to the step that uses actions/checkout, or run: git lfs fetch --all`;
}

/** The file of the clone's own store with what a pointer points to, `lfs/objects/aa/bb/aabb…`, when it has the size; its content is still to be checked. */
export async function storedFile(repository: Repository, { oid, size }: LfsPointer): Promise<string | undefined> {
  const file = join(repository.gitDirectory, 'lfs', 'objects', oid.slice(0, 2), oid.slice(2, 4), oid);
  const found = await stat(file).catch(() => undefined);
  return found?.size === size ? file : undefined;
}

async function readStored(repository: Repository, pointer: LfsPointer): Promise<Uint8Array | undefined> {
  const file = await storedFile(repository, pointer);
  const bytes = file === undefined ? undefined : await readFile(file).catch(() => undefined);
  return bytes === undefined ? undefined : intact(bytes, pointer);
}

/** The content through git-lfs, which downloads it when it is installed and may. actions/checkout only brings what the head points to. */
async function smudge(repository: Repository, bytes: Uint8Array, pointer: LfsPointer): Promise<Uint8Array | undefined> {
  const options = { input: bytes, maxOutputBytes: pointer.size + 1, timeoutMs: 10 * 60 * 1000 };
  try {
    const { code, stdout } = await tryGit(repository.root, ['lfs', 'smudge'], options);
    return code === 0 ? intact(stdout, pointer) : undefined;
  } catch {
    return undefined;
  }
}

function intact(bytes: Uint8Array, pointer: LfsPointer): Uint8Array | undefined {
  return createHash('sha256').update(bytes).digest('hex') === pointer.oid ? bytes : undefined;
}
