import { fetchMissing, isFullId } from './fetch.ts';
import { findCommit, type Repository } from './repository.ts';

/** The commit that a tag or an id means, fetched where the clone lacks it; or in half a sentence why it can't be had. Branches and expressions mean nothing here. */
export async function earlierCommit(
  repository: Repository,
  since: string,
): Promise<{ readonly sha: string } | { readonly reason: string }> {
  const tag = `refs/tags/${since}`;
  const here = async () =>
    (await findCommit(repository, tag)) ??
    (/^[0-9a-f]{7,64}$/.test(since) ? await findCommit(repository, since) : undefined);
  const found = await here();
  if (found !== undefined) return { sha: found };
  const fetched = await fetchMissing(repository, [isFullId(since) ? since : `+${tag}:${tag}`]);
  const sha = fetched.ok ? await here() : undefined;
  if (sha !== undefined) return { sha };
  const reason = fetched.ok ? '' : ` (${fetched.reason})`;
  return { reason: `there is no tag and no commit ${since} here, and it could not be fetched${reason}` };
}
