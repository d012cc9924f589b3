import { propertyOf } from '../basics/records.ts';
import { messageOf } from '../errors.ts';
import { stringAt } from './payload.ts';

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
  return (
    /rate limit|abuse/i.test(messageOf(error)) ||
    headerOf(error, 'retry-after') !== undefined ||
    headerOf(error, 'x-ratelimit-remaining') === '0'
  );
}

/** A header of the answer that an Octokit error is about. */
export function headerOf(error: unknown, name: string): string | undefined {
  return stringAt(propertyOf(propertyOf(error, 'response'), 'headers'), name);
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
  if (isRateLimit(error)) return rateLimitReason(status, message);
  switch (status) {
    case 401:
      return 'GitHub does not accept the token (401); pass a valid `github-token`.';
    case 403:
      return forbiddenReason(message, permission);
    case 404:
      return `GitHub shows the token no such thing (404); it was deleted, or the job's \`permissions:\` need \`${permission}\`.`;
    case 409:
      return `GitHub was changing the same thing (409: ${message}); run the job again.`;
    case 410:
      return 'GitHub says that it is gone (410): issues or the pull request were removed; set `comment: never`.';
    case 422:
      return `GitHub refuses the content (422: ${message}); the job summary holds the same text, and with \`comment: never\` it is not tried.`;
    case undefined:
      return graphqlReason(error, message, permission);
    default:
  }
  // Octokit calls a connection that failed a 500.
  if (connectionFailed.test(message))
    return `GitHub cannot be reached (${message}); run the job again, or check the runner's network.`;
  if (status >= 500) return `GitHub answered ${status} several times; run the job again later.`;
  return `GitHub answered ${status}: ${message}.`;
}

const connectionFailed = /fetch failed|ECONN|ENOTFOUND|EAI_AGAIN|socket|network|timeout|terminated|other side closed/i;

/** https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api: the primary limit counts requests an hour, secondary ones bursts. */
function rateLimitReason(status: number | undefined, message: string): string {
  return /secondary|abuse/i.test(message)
    ? `GitHub asks to be slower (${status}, secondary rate limit); run the job again in some minutes, and fewer jobs at a time.`
    : `GitHub's rate limit is used up (${status}); run the job again later, or pass a \`github-token\` of its own.`;
}

function forbiddenReason(message: string, permission: string): string {
  if (/locked/i.test(message)) return 'the conversation is locked (403); unlock it or set `comment: never`.';
  if (/archived/i.test(message)) return 'the repository is archived (403); set `comment: never`.';
  if (/IP allow list/i.test(message))
    return "the organisation's IP allow list does not have this runner (403); add it, or set `comment: never`.";
  if (/SAML|SSO/.test(message))
    return "the organisation's single sign-on does not know the token (403); authorise it, or pass the job's own `github-token`.";
  return `the token lacks a permission (403); add \`${permission}\` to the job's \`permissions:\` (tokens of pull requests from forks and of Dependabot stay read-only: see “Forks” in docs/workflows.md).`;
}

/** GraphQL's errors come with status 200: a type says what they are. */
function graphqlReason(error: unknown, message: string, permission: string): string {
  const errors = propertyOf(error, 'errors');
  const type = stringAt(Array.isArray(errors) ? errors[0] : undefined, 'type');
  if (type === 'RATE_LIMITED') return rateLimitReason(200, message);
  if (type === 'FORBIDDEN') return forbiddenReason(message, permission);
  return connectionFailed.test(message)
    ? `GitHub cannot be reached (${message}); run the job again, or check the runner's network.`
    : `${message}.`;
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/\.$/, '').slice(0, 300);
}
