import { gateVersion } from './basics/version.ts';
import { commitDetails } from './changes/commit-details.ts';
import { webAddress } from './changes/web-address.ts';
import { gitStore } from './history/git-store.ts';
import { lineOf } from './history/line-of-commit.ts';
import { newLines } from './history/new-lines.ts';
import { recordLines } from './history/record.ts';
import { type CommitRequest, measureCommit } from './measure-commit.ts';
import { renderTrend } from './report/html/render-trend.ts';

/** What a commit's models came to in the history. */
export interface RecordedCommit {
  readonly commit: string;
  /** Models on targets that were measured, and how many of them were new to the history. */
  readonly measured: number;
  readonly recorded: number;
  /** What could not be measured, a sentence each. */
  readonly problems: readonly string[];
}

/**
 * Measures a commit's models and records what is new on the history's branch, of the repository or of its remote, with the page.
 * @throws UserError as `measureCommit` and `recordLines`
 */
export async function recordCommit(
  request: CommitRequest & { readonly branch: string; readonly remote?: string | undefined },
): Promise<RecordedCommit> {
  const { repository, branch, remote } = request;
  const { commit, models } = await measureCommit(request);
  const details = await commitDetails(repository, commit);
  const address = await webAddress(repository);
  const lines = models.flatMap((each) =>
    'measurement' in each ? [lineOf(details, gateVersion, each.target, each.measurement)] : [],
  );
  const { lines: recorded } = await recordLines(gitStore(repository, branch, remote), {
    lines: (known) => newLines(lines, known),
    message: `Models at ${commit.slice(0, 10)}`,
    page: (history) => renderTrend(history, address),
  });
  const problems = models.flatMap((each) =>
    'problem' in each ? [`${each.path} on ${each.target.name}: ${each.problem}`] : [],
  );
  return { commit, measured: lines.length, recorded, problems };
}
