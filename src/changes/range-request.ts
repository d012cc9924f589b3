/** One way to find the commit to compare with. `how` says it to people: `the merge base with main`. */
export type BaseRequest =
  /** Exactly this commit. */
  | { readonly kind: 'commit'; readonly revision: string; readonly how: string }
  /** Where the head's history left this revision's. `fetch` names the branch to get from the remote when it is not here. */
  | { readonly kind: 'merge-base'; readonly revision: string; readonly fetch?: string; readonly how: string }
  /** The commit before the head. */
  | { readonly kind: 'first-parent'; readonly how: string };

/**
 * Which two commits to compare.
 * The ways to find the base are tried in order; one that leads to the head itself is passed over while others remain.
 */
export interface RangeRequest {
  readonly head: {
    readonly revision: string;
    /** For people: `pull request 12`, `HEAD`. */
    readonly label: string;
    /** A reference to get from the remote when the commit is not here. */
    readonly fetch?: string;
  };
  readonly bases: readonly BaseRequest[];
}

/**
 * The range that a command line asks for. A base that is given is the revision whose merge base with the head is taken, which is the revision itself when the head descends from it;
 * else the default branch as the remote or the clone has it, else the branch's upstream, else the commit before.
 */
export function rangeOfRevisions(revisions: { readonly base?: string; readonly head?: string } = {}): RangeRequest {
  const head = revisions.head ?? 'HEAD';
  return {
    head: { revision: head, label: head },
    bases:
      revisions.base === undefined
        ? [
            ...['origin/HEAD', 'origin/main', 'origin/master', 'main', 'master'].map(mergeBaseWith),
            mergeBaseWith(`${head}@{upstream}`),
            { kind: 'first-parent', how: `the commit before ${head}` },
          ]
        : [mergeBaseWith(revisions.base)],
  };
}

function mergeBaseWith(revision: string): BaseRequest {
  return { kind: 'merge-base', revision, how: `the merge base with ${revision}` };
}
