import { UserError } from '../errors.ts';
import { tryGit } from './git.ts';
import type { Repository } from './repository.ts';

/**
 * Sizes in bytes of objects, by id; absent where the clone does not have one and can't get it.
 * In a partial clone git fetches what it lacks.
 */
export async function blobSizes(repository: Repository, ids: readonly string[]): Promise<ReadonlyMap<string, number>> {
  if (ids.length === 0) return new Map();
  const input = Buffer.from(`${ids.join('\n')}\n`);
  // In a partial clone that can't reach its remote the command fails, having printed what is here.
  const { stdout } = await tryGit(repository.root, ['cat-file', '--batch-check=%(objectname) %(objectsize)'], {
    input,
  });
  const sizes = new Map<string, number>();
  for (const line of stdout.toString('utf8').split('\n')) {
    const match = /^([0-9a-f]+) (\d+)$/.exec(line);
    if (match?.[1] !== undefined) sizes.set(match[1], Number(match[2]));
  }
  return sizes;
}

/**
 * The bytes of a blob. Its size is asked first, so that nothing larger than `maxBytes` is ever read; `label` names it in errors.
 * @throws UserError when it is larger, or when the clone does not have it and can't get it.
 */
export async function readBlob(
  repository: Repository,
  id: string,
  maxBytes: number,
  label: string = `blob ${id}`,
): Promise<Uint8Array> {
  const size = (await blobSizes(repository, [id])).get(id);
  if (size === undefined) {
    throw new UserError(`${label} is not in this clone and could not be fetched (git object ${id}).`);
  }
  if (size > maxBytes) {
    throw new UserError(`${label} has ${size} bytes; the gate reads files of at most ${maxBytes} bytes.`);
  }
  const { code, stdout, stderr } = await tryGit(repository.root, ['cat-file', 'blob', id], {
    maxOutputBytes: size + 1,
  });
  if (code !== 0 || stdout.byteLength !== size) throw new UserError(`${label} could not be read from git: ${stderr}`);
  return stdout;
}

/** Those of many blobs that have at most `maxBytes`, by id, read in one go; for blobs that are small. */
export async function readSmallBlobs(
  repository: Repository,
  ids: readonly string[],
  maxBytes: number,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const sizes = await blobSizes(repository, [...new Set(ids)]);
  const small = [...sizes.keys()].filter((id) => (sizes.get(id) ?? 0) <= maxBytes);
  const blobs = new Map<string, Uint8Array>();
  if (small.length === 0) return blobs;
  const { stdout } = await tryGit(repository.root, ['cat-file', '--batch'], {
    input: Buffer.from(`${small.join('\n')}\n`),
    maxOutputBytes: small.length * (maxBytes + 200),
  });
  // Each answer is `id type size`, a line feed, the bytes, a line feed.
  for (let start = 0; start < stdout.byteLength; ) {
    const end = stdout.indexOf(0x0a, start);
    const match = end < 0 ? null : /^([0-9a-f]+) \w+ (\d+)$/.exec(stdout.toString('latin1', start, end));
    if (match?.[1] === undefined) break;
    const size = Number(match[2]);
    blobs.set(match[1], stdout.subarray(end + 1, end + 1 + size));
    start = end + 1 + size + 1;
  }
  return blobs;
}
