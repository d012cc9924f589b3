import path from 'node:path';
import { readContent, readFileAt } from './changes/lfs.ts';
import type { Repository } from './changes/repository.ts';
import { UserError } from './errors.ts';
import { formatLimits } from './formats/limits.ts';
import { openModel } from './measure.ts';
import type { Model } from './optimize/model.ts';

/** More files of external data than any exporter writes for a model of an edge device. */
const mostExternalFiles = 64;

/**
 * A model from git: its blob, and the files of external data that an ONNX model names, from the same commit.
 * @throws UserError when it is no model, too large, a Git LFS pointer, or names data that is not there.
 */
export async function openCommittedModel(
  repository: Repository,
  commit: string,
  file: { readonly path: string; readonly blob: string },
): Promise<Model> {
  const content = await readContent(repository, file.blob, formatLimits.modelBytes, file.path);
  if (content.kind === 'lfs-pointer')
    throw new UserError(`${file.path} is a Git LFS pointer and its content is not here.`);
  const external = new Map<string, Uint8Array | undefined>();
  for (;;) {
    // Reading a model is not asynchronous, git is: what it asks for in vain is fetched, and it is read again.
    const asked = new Set<string>();
    const externalData = (name: string) => {
      if (!external.has(name)) asked.add(name);
      return external.get(name);
    };
    try {
      return openModel(content.bytes, file.path, { externalData });
    } catch (error) {
      if (asked.size === 0) throw error;
      for (const name of asked) {
        if (external.size >= mostExternalFiles) throw error;
        const at = path.posix.join(path.posix.dirname(file.path), name);
        external.set(name, await readFileAt(repository, commit, at, formatLimits.modelBytes));
      }
    }
  }
}
