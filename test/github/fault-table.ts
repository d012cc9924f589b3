import type { FakeGitHub } from '../support/fake-github/server.ts';
import type { Fault } from '../support/fake-github/state.ts';

/** What goes wrong on the way of a run whose models break a budget, and what people read of it. */
export interface FaultRow {
  readonly name: string;
  /** Which action meets it; `report` has the shards of two legs. */
  readonly face: 'gate' | 'report';
  readonly faults?: readonly Omit<Fault, 'times'>[];
  /** How many requests fail; by default every one. */
  readonly times?: number;
  readonly arrange?: (github: FakeGitHub) => void;
  readonly environment?: Readonly<Record<string, string>>;
  /** The one sentence, or `none` where the gate gets by. */
  readonly says: RegExp | 'none';
  /** Whether the comment is there in the end. */
  readonly comments: boolean;
  /** `error` where what was measured could not be had; nothing else changes the verdict. */
  readonly verdict?: 'error';
}

const list = { method: 'GET', path: /\/issues\/7\/comments$/ } as const;
const create = { method: 'POST', path: /\/issues\/7\/comments$/ } as const;
const update = { method: 'PATCH', path: /\/issues\/comments\/\d+$/ } as const;
const twirp = (method: string) => ({ method: 'POST', path: new RegExp(`ArtifactService/${method}$`) }) as const;
const cache = (method: string) => ({ method: 'POST', path: new RegExp(`CacheService/${method}$`) }) as const;
const blob = (method: string) => ({ method, path: /^\/blobs\// }) as const;

const integration = 'Resource not accessible by integration';
const marker = '<!-- edge-ready-gate:models -->';
/** The gate's comment of an earlier run, behind `others`. */
const commented =
  (others = 0) =>
  (github: FakeGitHub): void => {
    const comment = (login: string, body: string) =>
      github.comments.push({ id: github.nextId++, issue: 7, login, body, writes: 1 });
    for (let index = 0; index < others; index++) comment('somebody', 'hello');
    comment(github.login, `${marker}\nold`);
  };

const gate = { face: 'gate', comments: false } as const;
const gateWithComment = { face: 'gate', comments: true } as const;
const report = { face: 'report', comments: true, verdict: 'error' } as const;
const permission = /lacks a permission \(403\); add `pull-requests: write` to the job's `permissions:`.*“Forks”/;
const slower = /asks to be slower \(403, secondary rate limit\); run the job again in some minutes, and fewer jobs/;
const usedUp = /rate limit is used up \(4\d\d\); run the job again later, or pass a `github-token` of its own/;
const severalTimes = /answered 50\d several times; run the job again later/;
const unreachable = /GitHub cannot be reached \(.*\); run the job again, or check the runner's network/;

/** The fault table: one row per fault. */
export const faultTable: readonly FaultRow[] = [
  { ...gateWithComment, name: 'nothing', says: 'none' },
  { ...gate, name: 'no token', environment: { 'INPUT_GITHUB-TOKEN': '' }, says: /`github-token` is empty/ },
  {
    ...gate,
    name: '401: a token that is wrong or expired',
    environment: { 'INPUT_GITHUB-TOKEN': 'wrong' },
    says: /does not accept the token \(401\); pass a valid `github-token`/,
  },
  {
    ...gate,
    name: '401 in the middle: the token expired',
    faults: [{ ...create, status: 401, message: 'Bad credentials' }],
    says: /does not accept the token \(401\)/,
  },
  {
    ...gate,
    name: '403: a missing permission, a fork, Dependabot',
    faults: [{ ...create, status: 403, message: integration }],
    says: permission,
  },
  {
    ...gate,
    name: '403: the same when the comment is there',
    arrange: commented(),
    faults: [{ ...update, status: 403, message: integration }],
    says: permission,
  },
  {
    ...gateWithComment,
    name: '403: a secondary rate limit for a minute',
    times: 1,
    faults: [
      {
        ...list,
        status: 403,
        headers: { 'retry-after': '60' },
        message: 'You have exceeded a secondary rate limit. Please wait a few minutes',
      },
    ],
    says: 'none',
  },
  {
    ...gate,
    name: '403: a secondary rate limit for an hour',
    faults: [
      {
        ...create,
        status: 403,
        headers: { 'retry-after': '3600' },
        message: 'You have exceeded a secondary rate limit',
      },
    ],
    says: slower,
  },
  {
    ...gate,
    name: '403: abuse detection',
    faults: [
      {
        ...create,
        status: 403,
        headers: { 'retry-after': '3600' },
        message: 'You have triggered an abuse detection mechanism',
      },
    ],
    says: slower,
  },
  {
    ...gateWithComment,
    name: '403: abuse detection, for a minute',
    times: 1,
    faults: [
      {
        ...create,
        status: 403,
        headers: { 'retry-after': '60' },
        message: 'You have triggered an abuse detection mechanism',
      },
    ],
    says: 'none',
  },
  {
    ...gate,
    name: '403: the hourly rate limit',
    faults: [
      {
        ...list,
        status: 403,
        headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '99999999999' },
        message: 'API rate limit exceeded for installation',
      },
    ],
    says: usedUp,
  },
  {
    ...gate,
    name: '403: a locked conversation',
    faults: [{ ...create, status: 403, message: 'Unable to create comment because issue is locked.' }],
    says: /locked \(403\); unlock it or set `comment: never`/,
  },
  {
    ...gate,
    name: '403: an archived repository',
    faults: [{ ...create, status: 403, message: 'Repository was archived so is read-only.' }],
    says: /archived \(403\); set `comment: never`/,
  },
  {
    ...gate,
    name: '403: an IP allow list',
    faults: [
      {
        ...list,
        status: 403,
        message:
          'Although you appear to have the correct authorization credentials, the `acme` organization has an IP allow list enabled',
      },
    ],
    says: /IP allow list does not have this runner \(403\); add it/,
  },
  {
    ...gate,
    name: '403: single sign-on',
    faults: [{ ...list, status: 403, message: 'Resource protected by organization SAML enforcement.' }],
    says: /single sign-on does not know the token \(403\); authorise it/,
  },
  {
    ...gate,
    name: '404: the token does not see the pull request',
    faults: [{ ...list, status: 404, message: 'Not Found' }],
    says: /no such thing \(404\); it was deleted, or the job's `permissions:` need `pull-requests: write`/,
  },
  {
    ...gate,
    name: '409: GitHub is changing the same thing',
    faults: [{ ...create, status: 409, message: 'Conflict' }],
    says: /changing the same thing \(409: Conflict.*\); run the job again/,
  },
  {
    ...gate,
    name: '410: the pull request is gone',
    faults: [{ ...create, status: 410, message: 'This issue was deleted' }],
    says: /gone \(410\)/,
  },
  {
    ...gate,
    name: '422: GitHub refuses the text',
    faults: [{ ...create, status: 422, message: 'Validation Failed' }],
    says: /refuses the content \(422: Validation Failed.*\); the job summary holds the same text, and with `comment: never`/,
  },
  {
    ...gateWithComment,
    name: '429 for a minute',
    times: 1,
    faults: [
      { ...list, status: 429, headers: { 'retry-after': '60' }, message: 'You have exceeded a secondary rate limit' },
    ],
    says: 'none',
  },
  {
    ...gate,
    name: '429 for an hour',
    faults: [{ ...list, status: 429, headers: { 'retry-after': '3600' }, message: 'Too many requests' }],
    says: usedUp,
  },
  {
    ...gateWithComment,
    name: '429 for a minute, without a word of a rate limit',
    times: 2,
    faults: [{ ...list, status: 429, headers: { 'retry-after': '60' }, message: 'Too Many Requests' }],
    says: 'none',
  },
  {
    ...gateWithComment,
    name: '429 without a word or a time',
    times: 2,
    faults: [{ ...create, status: 429, message: 'Too Many Requests' }],
    says: 'none',
  },
  {
    ...gate,
    name: '429 without a word or a time, always',
    faults: [{ ...list, status: 429, message: 'Too Many Requests' }],
    says: usedUp,
  },
  ...[500, 502, 503, 504].map(
    (status): FaultRow => ({
      ...gateWithComment,
      name: `${status}, twice`,
      times: 2,
      faults: [{ ...list, status, message: 'oops' }],
      says: 'none',
    }),
  ),
  {
    ...gateWithComment,
    name: '502 after the comment was made',
    times: 1,
    faults: [{ ...create, status: 502, afterwards: true, message: 'Bad Gateway' }],
    says: 'none',
  },
  ...[500, 503].map(
    (status): FaultRow => ({
      ...gate,
      name: `${status}, always`,
      faults: [{ ...list, status, message: 'oops' }],
      says: severalTimes,
    }),
  ),
  {
    ...gateWithComment,
    name: 'the connection is reset, once',
    times: 1,
    faults: [{ ...list, status: 'drop' }],
    says: 'none',
  },
  { ...gate, name: 'the connection is reset, always', faults: [{ ...list, status: 'drop' }], says: unreachable },
  {
    ...gate,
    name: 'nobody listens there',
    environment: { GITHUB_API_URL: 'http://127.0.0.1:65000' },
    says: unreachable,
  },
  {
    ...gateWithComment,
    name: 'no answer in time, once',
    times: 1,
    faults: [{ ...list, status: 'silence' }],
    says: 'none',
  },
  { ...gate, name: 'no answer in time, always', faults: [{ ...list, status: 'silence' }], says: unreachable },
  {
    ...gateWithComment,
    name: 'an answer that breaks off, once',
    times: 1,
    faults: [{ ...list, status: 'truncate' }],
    says: 'none',
  },
  {
    ...gateWithComment,
    name: 'half of the JSON as if it were whole, once',
    times: 1,
    faults: [{ ...list, status: 'cut' }],
    says: 'none',
  },
  {
    ...gate,
    name: 'half of the JSON as if it were whole, always',
    faults: [{ ...list, status: 'cut' }],
    says: unreachable,
  },
  {
    ...gateWithComment,
    name: 'the comment is deleted between reading and updating',
    arrange: (github) => {
      commented()(github);
      github.beforeRequest = ({ method }) => {
        if (method !== 'PATCH') return;
        github.beforeRequest = () => {};
        github.comments.splice(0);
      };
    },
    says: 'none',
  },
  {
    ...gateWithComment,
    name: 'pages move while they are read',
    arrange: (github) => {
      commented(100)(github);
      github.beforeRequest = ({ method, query }) => {
        if (method !== 'GET' || !query.includes('page=2')) return;
        github.beforeRequest = () => {};
        github.comments.splice(0, 1);
      };
    },
    says: 'none',
  },
  {
    ...gateWithComment,
    name: 'artifacts: no service on this runner',
    environment: { ACTIONS_RUNTIME_TOKEN: '' },
    says: /could not upload its report: this runner has no artifact service; set `upload: false`/,
  },
  {
    ...gateWithComment,
    name: 'artifacts: the service is down',
    faults: [{ ...twirp('CreateArtifact'), status: 503, message: 'down' }],
    says: /could not upload its report \(.*503.*\); run the job again later, or set `upload: false`/,
  },
  {
    ...gateWithComment,
    name: 'artifacts: the connection is reset',
    faults: [{ ...twirp('CreateArtifact'), status: 'drop' }],
    says: /could not upload its report \(.*\); run the job again later, or set `upload: false`/,
  },
  {
    ...gateWithComment,
    name: 'artifacts: the storage refuses',
    faults: [{ ...blob('PUT'), status: 403, message: 'denied' }],
    says: /could not upload its report \(.*\); run the job again later, or set `upload: false`/,
  },
  {
    ...gateWithComment,
    name: 'artifacts: the quota is used up',
    faults: [{ ...twirp('CreateArtifact'), status: 403, message: 'insufficient usage to create artifact' }],
    says: /could not upload its report: the storage for artifacts is full; delete artifacts, raise the quota/,
  },
  {
    ...report,
    name: 'artifacts: they can not be listed',
    comments: true,
    faults: [{ ...twirp('ListArtifacts'), status: 503, message: 'down' }],
    says: /could not list the legs' reports \(.*503.*\); run the job again later/,
  },
  {
    ...report,
    name: "artifacts: a leg's can not be loaded",
    arrange: ({ artifacts, faults }) => {
      const first = artifacts.find(({ name }) => name.startsWith('edge-ready-models-'));
      faults.push({
        method: 'GET',
        path: new RegExp(`^/blobs/artifacts/${first?.id}\\.`),
        times: 99,
        status: 404,
        message: 'gone',
      });
    },
    says: /could not read the artifact edge-ready-models-(mcu|generic-cortex-m4)-[0-9a-f]{8} \(.*\); run the job again later/,
  },
  {
    ...gateWithComment,
    name: 'cache: the service is down',
    environment: { EDGE_READY_CACHE: '' },
    faults: [{ ...cache('GetCacheEntryDownloadURL'), status: 503, message: 'down' }],
    says: /^The cache could not be used, so that all was measured \(.*503.*\); run the job again later, or set `cache: false`/,
  },
  {
    ...gateWithComment,
    name: 'cache: the connection is reset',
    environment: { EDGE_READY_CACHE: '' },
    faults: [{ ...cache('GetCacheEntryDownloadURL'), status: 'drop' }],
    says: /^The cache could not be used/,
  },
  {
    ...gateWithComment,
    name: 'cache: reading is denied',
    environment: { EDGE_READY_CACHE: '' },
    faults: [{ ...cache('GetCacheEntryDownloadURL'), status: 403, message: 'cache read denied: no readable scopes' }],
    says: /^The cache may not be used here/,
  },
  {
    ...gateWithComment,
    name: 'cache: read-only',
    environment: { EDGE_READY_CACHE: '' },
    faults: [{ ...cache('CreateCacheEntry'), status: 403, message: 'cache write denied: token is read-only' }],
    says: /^The cache (may not be used here|did not take what was measured)/,
  },
  {
    ...gateWithComment,
    name: 'cache: the storage refuses',
    environment: { EDGE_READY_CACHE: '', INPUT_UPLOAD: 'false' },
    faults: [{ ...blob('PUT'), status: 403, message: 'denied' }],
    says: /^The cache could not be used|^The cache may not be used here/,
  },
];
