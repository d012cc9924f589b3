import { readFileAt } from '../changes/lfs.ts';
import type { Range } from '../changes/range.ts';
import type { Repository } from '../changes/repository.ts';
import { UserError } from '../errors.ts';
import { defaultConfigPath } from './defaults.ts';
import { deviceNotes } from './device-notes.ts';
import { withOwnBoards } from './own-boards.ts';
import { type Configs, readConfigs } from './read-configs.ts';
import { withForwardSlashes } from './windows-path.ts';

/** A configuration is written by hand; a megabyte of it is a mistake. */
const largestConfigBytes = 2 ** 20;

/**
 * The configurations of both commits. A `path` that is given has to exist in one of them.
 * @throws ConfigError for mistakes in the head's file; UserError when a named file is in neither commit, or named as Windows does.
 */
export async function loadConfigs(repository: Repository, range: Range, path?: string): Promise<Configs> {
  const { base, head } = range;
  const meant = path === undefined ? undefined : withForwardSlashes(path);
  if (meant !== undefined) throw new UserError(`${path} is to be written with "/" between folders: ${meant}`);
  const read = (sha: string, file = path ?? defaultConfigPath) => readFileAt(repository, sha, file, largestConfigBytes);
  const configs = readConfigs(
    base === null ? null : await read(base.sha),
    await read(head.sha),
    path ?? defaultConfigPath,
    path !== undefined,
  );
  return {
    ...configs,
    notes: [...configs.notes, ...(await deviceNotes(repository, range, configs))],
    base: base === null ? null : await withOwnBoards(configs.base, (file) => read(base.sha, file)),
    head: await withOwnBoards(configs.head, (file) => read(head.sha, file)),
  };
}
