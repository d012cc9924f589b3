/** A comment as the fake keeps it. */
export interface StoredComment {
  readonly id: number;
  readonly issue: number;
  readonly login: string;
  body: string;
  /** How often it was written, creation included. */
  writes: number;
}

/** An open pull request as the fake keeps it. */
export interface StoredPull {
  readonly number: number;
  readonly headSha: string;
  readonly headBranch: string;
  readonly headRepository: string;
}

/** A job of a run in one attempt, as the fake keeps it. */
export interface StoredJob {
  readonly id: number;
  readonly run: number;
  readonly attempt: number;
  readonly name: string;
  readonly startedAt: string;
  readonly conclusion: 'success' | 'failure' | 'cancelled' | 'timed_out';
}

/** An artifact as the fake keeps it. `bytes` is what the client uploaded: an archive. */
export interface StoredArtifact {
  readonly id: number;
  readonly name: string;
  readonly runId: string;
  readonly jobId: string;
  bytes: Buffer;
  digest: string | undefined;
  contentType: string;
  finalized: boolean;
}

/**
 * An answer to give instead of the real one, `times` times. `drop` breaks the connection, `truncate` breaks it off in the middle of the right answer,
 * `cut` ends the right answer too early as if it were whole, `silence` never answers.
 */
export interface Fault {
  readonly method: string;
  readonly path: RegExp;
  times: number;
  readonly status: number | 'drop' | 'truncate' | 'cut' | 'silence';
  readonly message?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Also does what was asked, as a gateway that lost the answer. */
  readonly afterwards?: boolean;
}

/** A request that arrived. */
interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  /** The JSON that was sent, as text. */
  readonly body: string;
}

/** An object of the repository as the fake keeps it, by its id. */
export type StoredObject =
  | { readonly type: 'blob'; readonly bytes: Buffer }
  | { readonly type: 'tree'; readonly entries: ReadonlyMap<string, { readonly mode: string; readonly sha: string }> }
  | {
      readonly type: 'commit';
      readonly tree: string;
      readonly parents: readonly string[];
      readonly message: string;
      /** Seconds since 1970. */
      readonly time: number;
    };

/** Everything a fake GitHub knows; tests read and change it. */
export interface FakeState {
  readonly repository: string;
  /** The account of the token that requests carry. */
  login: string;
  readonly token: string;
  readonly comments: StoredComment[];
  readonly pulls: StoredPull[];
  readonly jobs: StoredJob[];
  readonly artifacts: StoredArtifact[];
  readonly blobs: Map<string, Buffer>;
  /** Of the repository's Git database. */
  readonly objects: Map<string, StoredObject>;
  /** Commits by reference: `refs/heads/main`. */
  readonly refs: Map<string, string>;
  readonly faults: Fault[];
  readonly requests: SeenRequest[];
  /** What did not agree with GitHub's own description, in requests or in our answers. */
  readonly violations: string[];
  /** Called before each REST request is answered; a test changes the state under the client's feet here, or lets it wait. */
  beforeRequest: (request: SeenRequest) => void | Promise<void>;
  nextId: number;
  url: string;
}
