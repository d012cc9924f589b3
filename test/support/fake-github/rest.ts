import type { Answer, Endpoint, RestRequest } from './endpoint.ts';
import { gitEndpoints } from './git-database.ts';
import { example, operation } from './openapi.ts';
import type { FakeState, StoredArtifact, StoredComment, StoredJob, StoredPull } from './state.ts';

const notFound: Answer = {
  status: 404,
  body: { message: 'Not Found', documentation_url: 'https://docs.github.com/rest', status: '404' },
};

/** https://docs.github.com/en/rest/issues/comments: the body's limit, in characters. */
const commentLimit = 65_536;

const moment = (id: number) => new Date(Date.UTC(2026, 0, 1) + id * 1000).toISOString().replace('.000', '');

function user(login: string): Readonly<Record<string, unknown>> {
  const { user: sample } = example('issue-comment') as { user: Readonly<Record<string, unknown>> };
  return { ...sample, login, type: login.endsWith('[bot]') ? 'Bot' : 'User' };
}

function commentJson(state: FakeState, comment: StoredComment): unknown {
  const root = `${state.url}/repos/${state.repository}/issues`;
  return {
    ...example('issue-comment'),
    id: comment.id,
    node_id: `IC_${comment.id}`,
    url: `${root}/comments/${comment.id}`,
    issue_url: `${root}/${comment.issue}`,
    html_url: `https://github.com/${state.repository}/pull/${comment.issue}#issuecomment-${comment.id}`,
    body: comment.body,
    user: user(comment.login),
    created_at: moment(comment.id),
    updated_at: moment(comment.id),
  };
}

function pullJson(pull: StoredPull): unknown {
  const sample = (example('pull-request-simple-items') as unknown as Readonly<Record<string, unknown>>[])[0] ?? {};
  const { head, base } = sample as Readonly<Record<'head' | 'base', Readonly<Record<string, unknown>>>>;
  return {
    ...sample,
    number: pull.number,
    state: 'open',
    // GitHub's own examples of a team and of a repository (a mirror at git://) do not fit its schemas.
    requested_teams: [],
    head: {
      ...head,
      ref: pull.headBranch,
      sha: pull.headSha,
      label: `${pull.headRepository.split('/')[0]}:${pull.headBranch}`,
      repo: { ...(head.repo as object), mirror_url: null, full_name: pull.headRepository },
    },
    base: { ...base, repo: { ...(base.repo as object), mirror_url: null } },
  };
}

function wholePullJson(pull: StoredPull): unknown {
  const sample = example('pull-request') as Readonly<Record<string, unknown>>;
  const { head, base } = sample as Readonly<Record<'head' | 'base', Readonly<Record<string, unknown>>>>;
  return {
    ...sample,
    number: pull.number,
    state: 'open',
    // As above: GitHub's own examples do not fit.
    requested_teams: [],
    head: { ...head, ref: pull.headBranch, sha: pull.headSha, repo: { ...(head.repo as object), mirror_url: null } },
    base: { ...base, repo: { ...(base.repo as object), mirror_url: null } },
  };
}

function artifactJson(state: FakeState, artifact: StoredArtifact): unknown {
  const root = `${state.url}/repos/${state.repository}/actions/artifacts/${artifact.id}`;
  return {
    ...example('artifact'),
    id: artifact.id,
    node_id: `A_${artifact.id}`,
    name: artifact.name,
    size_in_bytes: artifact.bytes.length,
    url: root,
    archive_download_url: `${root}/zip`,
    expired: false,
    ...(artifact.digest === undefined ? {} : { digest: artifact.digest }),
  };
}

function jobJson(job: StoredJob): unknown {
  return {
    ...example('job'),
    id: job.id,
    run_id: job.run,
    run_attempt: job.attempt,
    name: job.name,
    status: 'completed',
    conclusion: job.conclusion,
    created_at: job.startedAt,
    started_at: job.startedAt,
    completed_at: job.startedAt,
  };
}

/** One page of `items`, with GitHub's `Link` header. */
function page(
  state: FakeState,
  request: RestRequest,
  items: readonly unknown[],
): { part: readonly unknown[]; headers: Record<string, string> } {
  const size = Math.min(100, Number(request.query.get('per_page') ?? 30));
  const number = Number(request.query.get('page') ?? 1);
  const last = Math.max(1, Math.ceil(items.length / size));
  const link = (target: number, relation: string) => {
    const query = new URLSearchParams(request.query);
    query.set('page', String(target));
    return `<${state.url}${request.path}?${query.toString()}>; rel="${relation}"`;
  };
  const links = [
    ...(number > 1 ? [link(number - 1, 'prev'), link(1, 'first')] : []),
    ...(number < last ? [link(number + 1, 'next'), link(last, 'last')] : []),
  ];
  return {
    part: items.slice((number - 1) * size, number * size),
    headers: links.length === 0 ? {} : { Link: links.join(', ') },
  };
}

const tooLong: Answer = {
  status: 422,
  body: {
    message: 'Validation Failed',
    documentation_url: 'https://docs.github.com/rest/issues/comments',
    errors: [
      {
        resource: 'IssueComment',
        code: 'unprocessable',
        field: 'data',
        message: `Body is too long (maximum is ${commentLimit} characters)`,
      },
    ],
  },
};

/** Every REST endpoint that the gate uses. */
export function endpoints(): readonly Endpoint[] {
  return [
    ...gitEndpoints(),
    {
      operation: operation('GET /repos/{owner}/{repo}/issues/{issue_number}/comments'),
      handle(state, request) {
        const issue = Number(request.parameters.issue_number);
        const own = state.comments.filter((comment) => comment.issue === issue).sort((a, b) => a.id - b.id);
        const { part, headers } = page(state, request, own);
        return { status: 200, headers, body: part.map((comment) => commentJson(state, comment as StoredComment)) };
      },
    },
    {
      operation: operation('POST /repos/{owner}/{repo}/issues/{issue_number}/comments'),
      handle(state, request) {
        const { body } = request.body as { body: string };
        if (body.length > commentLimit) return tooLong;
        const comment = {
          id: state.nextId++,
          issue: Number(request.parameters.issue_number),
          login: state.login,
          body,
          writes: 1,
        };
        state.comments.push(comment);
        return { status: 201, body: commentJson(state, comment) };
      },
    },
    {
      operation: operation('GET /repos/{owner}/{repo}/issues/comments/{comment_id}'),
      handle(state, request) {
        const comment = state.comments.find(({ id }) => id === Number(request.parameters.comment_id));
        return comment === undefined ? notFound : { status: 200, body: commentJson(state, comment) };
      },
    },
    {
      operation: operation('PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}'),
      handle(state, request) {
        const comment = state.comments.find(({ id }) => id === Number(request.parameters.comment_id));
        if (comment === undefined) return notFound;
        const { body } = request.body as { body: string };
        if (body.length > commentLimit) return tooLong;
        comment.body = body;
        comment.writes += 1;
        return { status: 200, body: commentJson(state, comment) };
      },
    },
    {
      operation: operation('DELETE /repos/{owner}/{repo}/issues/comments/{comment_id}'),
      handle(state, request) {
        const index = state.comments.findIndex(({ id }) => id === Number(request.parameters.comment_id));
        if (index < 0) return notFound;
        state.comments.splice(index, 1);
        return { status: 204 };
      },
    },
    {
      operation: operation('GET /repos/{owner}/{repo}/pulls'),
      handle(state, request) {
        const head = request.query.get('head');
        const found = state.pulls.filter(
          (pull) => head === null || head === `${pull.headRepository.split('/')[0]}:${pull.headBranch}`,
        );
        const { part, headers } = page(state, request, found);
        return { status: 200, headers, body: part.map((pull) => pullJson(pull as StoredPull)) };
      },
    },
    {
      operation: operation('GET /repos/{owner}/{repo}/pulls/{pull_number}'),
      handle(state, request) {
        const pull = state.pulls.find(({ number }) => number === Number(request.parameters.pull_number));
        return pull === undefined ? notFound : { status: 200, body: wholePullJson(pull) };
      },
    },
    {
      operation: operation('GET /repos/{owner}/{repo}/actions/runs/{run_id}/jobs'),
      handle(state, request) {
        const own = state.jobs.filter(({ run }) => run === Number(request.parameters.run_id));
        const last = Math.max(...own.map(({ attempt }) => attempt));
        const all = request.query.get('filter') === 'all' ? own : own.filter(({ attempt }) => attempt === last);
        const { part, headers } = page(state, request, all);
        return {
          status: 200,
          headers,
          body: { total_count: all.length, jobs: part.map((job) => jobJson(job as StoredJob)) },
        };
      },
    },
    {
      operation: operation('GET /repos/{owner}/{repo}/actions/runs/{run_id}/artifacts'),
      handle(state, request) {
        const own = state.artifacts.filter(
          (artifact) => artifact.finalized && artifact.runId === request.parameters.run_id,
        );
        const { part, headers } = page(state, request, own);
        return {
          status: 200,
          headers,
          body: {
            total_count: own.length,
            artifacts: part.map((artifact) => artifactJson(state, artifact as StoredArtifact)),
          },
        };
      },
    },
    {
      operation: operation('GET /repos/{owner}/{repo}/actions/artifacts/{artifact_id}/{archive_format}'),
      handle(state, request) {
        const artifact = state.artifacts.find(({ id }) => id === Number(request.parameters.artifact_id));
        if (artifact === undefined) return notFound;
        return { status: 302, headers: { Location: `${state.url}/blobs/artifacts/${artifact.id}.zip?sig=signature` } };
      },
    },
  ];
}
