import type { getOctokit } from '@actions/github';

/** The one Octokit that everything here uses. */
export type GitHubClient = ReturnType<typeof getOctokit>;

/** How patient the client is; tests are less. */
export interface ClientOptions {
  /** Milliseconds that one unit of waiting takes: 1000 makes `retry-after` seconds. */
  readonly waitUnit?: number;
  /** Spaces writes as GitHub asks integrators to. */
  readonly throttled?: boolean;
}

/** Longest `retry-after` that is waited for, in seconds: GitHub's secondary limits ask for 60. */
const longestWait = 90;
const rateLimitRetries = 2;
/** Answers that another try does not change; 403 and 429 are the throttling plug-in's. */
const finalStatuses = [400, 401, 403, 404, 409, 410, 422, 429, 451];

/**
 * An Octokit for `apiUrl` that repeats what failed by chance (5xx, resets: three times) and waits out rate limits up to 90 s.
 * Loaded on demand because most of a leg's work needs no network.
 */
export async function createClient(token: string, apiUrl: string, options: ClientOptions = {}): Promise<GitHubClient> {
  const { waitUnit = 1000, throttled = true } = options;
  const [{ getOctokit }, { retry }, { throttling }] = await Promise.all([
    import('@actions/github'),
    import('@octokit/plugin-retry'),
    import('@octokit/plugin-throttling'),
  ]);
  const retryLimited = (retryAfter: number, _request: unknown, _octokit: unknown, retryCount: number) =>
    retryAfter <= longestWait && retryCount < rateLimitRetries;
  const silent = () => {};
  return getOctokit(
    token,
    {
      baseUrl: apiUrl,
      log: { debug: silent, info: silent, warn: silent, error: silent },
      retry: { doNotRetry: finalStatuses, retryAfterBaseValue: waitUnit },
      throttle: {
        enabled: throttled,
        retryAfterBaseValue: waitUnit,
        onRateLimit: retryLimited,
        onSecondaryRateLimit: retryLimited,
      },
    },
    retry,
    throttling,
  );
}
