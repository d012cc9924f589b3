import { readFileAt } from '../changes/lfs.ts';
import type { Range } from '../changes/range.ts';
import type { Repository } from '../changes/repository.ts';
import { defaultConfigPath } from './defaults.ts';
import { type Configs, readConfigs } from './read-configs.ts';

/** A configuration is written by hand; a megabyte of it is a mistake. */
const largestConfigBytes = 2 ** 20;

/**
 * The configurations of both commits. A `path` that is given has to exist in one of them.
 * @throws ConfigError for mistakes in the head's file; UserError when a named file is in neither commit.
 */
export async function loadConfigs(repository: Repository, range: Range, path?: string): Promise<Configs> {
  const read = (sha: string) => readFileAt(repository, sha, path ?? defaultConfigPath, largestConfigBytes);
  const base = range.base === null ? null : await read(range.base.sha);
  return readConfigs(base, await read(range.head.sha), path ?? defaultConfigPath, path !== undefined);
}
