import type { Range } from '../changes/range.ts';
import type { Repository } from '../changes/repository.ts';
import { findFileAt } from '../changes/tree.ts';
import type { Configs } from './read-configs.ts';

/**
 * Sentences on the programs that measure models on boards and that this pull request changes: the base's are run, see `deviceOf`, so that what is shown is not what the change would measure.
 * @throws UserError when a program is a symbolic link or outside the repository
 */
export async function deviceNotes(
  repository: Repository,
  { base, head }: Range,
  { base: config }: Pick<Configs, 'base'>,
): Promise<readonly string[]> {
  if (base === null) return [];
  const programs = new Set((config?.targets ?? []).flatMap(({ measureWith }) => measureWith ?? []));
  const notes: string[] = [];
  for (const program of programs) {
    if (program.startsWith('https://')) continue;
    const [before, after] = await Promise.all([base, head].map(({ sha }) => findFileAt(repository, sha, program)));
    if (before === undefined || before.blob === after?.blob) continue;
    const what = after === undefined ? 'removes' : 'changes';
    notes.push(`This pull request ${what} ${program}, which measures models on a board: the base's was run.`);
  }
  return notes;
}
