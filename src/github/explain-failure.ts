import { messageOf } from '../errors.ts';
import { propertyOf, stringAt } from './payload.ts';

/** The HTTP status of an Octokit error; undefined for anything else. */
export function statusOf(error: unknown): number | undefined {
  const status = propertyOf(error, 'status');
  return typeof status === 'number' ? status : undefined;
}

/** True when GitHub asks to come back later: a 429, or a 403 that says so in its message or headers. */
export function isRateLimit(error: unknown): boolean {
  const status = statusOf(error);
  if (status === 429) return true;
  if (status !== 403) return false;
  const headers = propertyOf(propertyOf(error, 'response'), 'headers');
  return (
    /rate limit|abuse/i.test(messageOf(error)) ||
    propertyOf(headers, 'retry-after') !== undefined ||
    stringAt(headers, 'x-ratelimit-remaining') === '0'
  );
}

/**
 * One sentence for people: what could not be done (`what` completes `The gate could not …`), why, and which permission or setting to change.
 * `permission` is the line of `permissions:` that the request needs.
 */
export function explainFailure(error: unknown, what: string, permission: string): string {
  return `The gate could not ${what}: ${reasonOf(error, permission)}`;
}

function reasonOf(error: unknown, permission: string): string {
  const status = statusOf(error);
  const message = oneLine(messageOf(error));
  if (isRateLimit(error)) return `GitHub's rate limit is used up (${status}); run the job again later.`;
  if (status === 401) return 'GitHub does not accept the token (401); pass a valid `github-token`.';
  if (status === 403 && /locked/i.test(message))
    return 'the conversation is locked (403); unlock it or set `comment: never`.';
  if (status === 403)
    return `the token lacks a permission (403); add \`${permission}\` to the job's \`permissions:\` (tokens of pull requests from forks and of Dependabot stay read-only: see “Forks” in docs/workflows.md).`;
  if (status === 404)
    return `GitHub shows the token no such thing (404); it was deleted, or the job's \`permissions:\` need \`${permission}\`.`;
  if (status === 410) return 'GitHub says that it is gone (410); issues or the pull request were removed.';
  if (status === 422) return `GitHub refuses the content (422): ${message}.`;
  if (/fetch failed|ECONN|ENOTFOUND|EAI_AGAIN|socket|network|timeout|terminated/i.test(message))
    return `GitHub cannot be reached (${message}); run the job again, or check the runner's network.`;
  if (status !== undefined && status >= 500) return `GitHub answered ${status} several times; run the job again later.`;
  return status === undefined ? `${message}.` : `GitHub answered ${status}: ${message}.`;
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/\.$/, '').slice(0, 300);
}
