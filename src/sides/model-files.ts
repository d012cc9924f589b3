import path from 'node:path';
import type { ReadBlob } from '../changes/blob-reader.ts';
import { externalLocations } from '../changes/external-data.ts';
import { readContent, readFileAt } from '../changes/lfs.ts';
import type { Repository } from '../changes/repository.ts';
import { UserError } from '../errors.ts';
import { formatLimits } from '../formats/limits.ts';
import { openModel } from '../measuring/measure.ts';
import type { Model } from '../optimize/model.ts';

/** More files of external data than any exporter writes for a model of an edge device. */
const mostExternalFiles = 64;

/** A model's bytes, and those of the files of external data that it names, by their clean paths from its folder. */
export interface ModelFiles {
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly external: ReadonlyMap<string, Uint8Array>;
}

/**
 * A model from git: its blob, and the files of external data that an ONNX model names, from the same commit. What is not there is left out.
 * @throws UserError when the blob is too large or a Git LFS pointer to what is not here
 */
export async function readCommittedModel(
  repository: Repository,
  commit: string,
  file: { readonly path: string; readonly blob: string },
  read?: ReadBlob,
): Promise<ModelFiles> {
  const content = await readContent(repository, file.blob, formatLimits.modelBytes, file.path, read);
  if (content.kind === 'lfs-pointer')
    throw new UserError(`${file.path} is a Git LFS pointer and its content is not here.`);
  const external = new Map<string, Uint8Array>();
  for (const name of externalLocations(content.bytes, file.path).slice(0, mostExternalFiles)) {
    const at = path.posix.join(path.posix.dirname(file.path), name);
    const bytes = await readFileAt(repository, commit, at, formatLimits.modelBytes);
    if (bytes !== undefined) external.set(name, bytes);
  }
  return { path: file.path, bytes: content.bytes, external };
}

/** The model in files that were read. @throws UserError when it is no model, or names data that is not there */
export function openModelFiles({ bytes, path: label, external }: ModelFiles): Model {
  return openModel(bytes, label, { externalData: (name) => external.get(name) });
}

/**
 * Why a model of a commit is none, by its bytes and its external data alone; undefined where it can be read, and where it could not be had:
 * then nothing is known of it.
 */
export async function unreadableReason(
  repository: Repository,
  { commit, ...file }: { readonly commit: string; readonly path: string; readonly blob: string },
): Promise<string | undefined> {
  const files = await readCommittedModel(repository, commit, file).catch(() => undefined);
  try {
    if (files !== undefined) openModelFiles(files);
    return undefined;
  } catch (error) {
    return error instanceof UserError ? error.message : undefined;
  }
}
