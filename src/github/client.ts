import type { getOctokit } from '@actions/github';
import type { retry } from '@octokit/plugin-retry';
import { propertyOf } from '../basics/records.ts';
import { messageOf } from '../errors.ts';
import { headerOf, isRateLimit } from './explain-failure.ts';

/** The one Octokit that everything here uses. */
export type GitHubClient = ReturnType<typeof getOctokit>;

/** How patient the client is; tests are less. */
export interface ClientOptions {
  /** Milliseconds that one unit of waiting takes: 1000 makes `retry-after` seconds. */
  readonly waitUnit?: number;
  /** Spaces writes as GitHub asks integrators to. */
  readonly throttled?: boolean;
  /** Milliseconds that one request may take. */
  readonly timeoutMs?: number;
}

/** GitHub itself ends a request after 10 s (https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api#timeouts); the way there and back is allowed as much again and more. */
const requestTimeoutMs = 30_000;

/** Longest `retry-after` that is waited for, in seconds: GitHub's secondary limits ask for 60. */
const longestWait = 90;
const rateLimitRetries = 2;
/** What is waited where GitHub names no time, in seconds: a minute, then longer (https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#exceeding-the-rate-limit). */
const unnamedWaits = [60, longestWait];
/** Answers that another try does not change; 403 and 429 are the throttling plug-in's and `retryWordless`'s. */
const finalStatuses = [400, 401, 403, 404, 409, 410, 422, 429, 451];

/**
 * An Octokit for `apiUrl` that repeats what failed by chance (5xx, resets: three times) and waits out rate limits up to 90 s.
 * Loaded on demand because most of a leg's work needs no network.
 */
export async function createClient(token: string, apiUrl: string, options: ClientOptions = {}): Promise<GitHubClient> {
  const { waitUnit = 1000, throttled = true, timeoutMs = requestTimeoutMs } = options;
  const [{ getOctokit }, { defaults }, { retry }, { throttling }] = await Promise.all([
    import('@actions/github'),
    import('@actions/github/lib/utils'),
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
      request: { fetch: wholeAnswers(defaults.request?.fetch ?? fetch, timeoutMs) },
      log: { debug: silent, info: silent, warn: silent, error: silent },
      retry: { doNotRetry: finalStatuses, retryAfterBaseValue: waitUnit },
      throttle: {
        enabled: throttled,
        retryAfterBaseValue: waitUnit,
        onRateLimit: retryLimited,
        onSecondaryRateLimit: retryLimited,
      },
    },
    retryWordless,
    retry,
    throttling,
  );
}

/**
 * Lets the retry plug-in, which comes after it, repeat rate limits that the throttling plug-in passes over, as it goes by GitHub's words:
 * a 429 of a proxy or a load balancer, and a 403 with nothing but `retry-after`.
 */
function retryWordless(octokit: Parameters<typeof retry>[0]): void {
  octokit.hook.error('request', (error, options) => {
    const request = propertyOf(error, 'request');
    if (typeof request === 'object' && request !== null && isRateLimit(error) && !isThrottled(error)) {
      const named = Number(headerOf(error, 'retry-after'));
      const wait = named > 0 ? named : (unnamedWaits[Number(options.request.retryCount ?? 0)] ?? Infinity);
      const retries = wait <= longestWait ? rateLimitRetries : 0;
      Object.assign(request, { request: { ...options.request, retries, retryAfter: wait } });
    }
    throw error;
  });
}

/** True for what the throttling plug-in deals with. */
const isThrottled = (error: unknown): boolean =>
  /\bsecondary rate\b/i.test(messageOf(error)) || headerOf(error, 'x-ratelimit-remaining') === '0';

type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/**
 * A `fetch` that gives an answer only when all of it arrived in time. Octokit takes JSON that broke off for text, and a comment list that is text
 * for one without comments; as an error it is asked for again.
 */
function wholeAnswers(fetchThere: Fetch, timeoutMs: number): Fetch {
  return async (url, init) => {
    const response = await fetchThere(url, { ...init, signal: AbortSignal.timeout(timeoutMs) });
    const text = await response.text();
    if (/\bjson\b/.test(response.headers.get('content-type') ?? '')) checkJson(text);
    const { status, statusText, headers } = response;
    const answer = new Response(text === '' ? null : text, { status, statusText, headers: [...headers] });
    return Object.defineProperty(answer, 'url', { value: response.url });
  };
}

function checkJson(text: string): void {
  try {
    JSON.parse(text);
  } catch {
    throw new Error('network: the answer broke off');
  }
}
