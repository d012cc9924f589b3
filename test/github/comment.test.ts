import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createClient } from '../../src/github/client.ts';
import { type CommentOutcome, markerOf, upsertComment } from '../../src/github/comment.ts';
import { explainFailure } from '../../src/github/explain-failure.ts';
import { type FakeGitHub, startFakeGitHub } from '../support/fake-github/server.ts';

const marker = markerOf('gate');
const issue = 7;
const pull = { owner: 'acme', repo: 'models', number: issue };
const commentsPath = /\/issues\/7\/comments$/;
const commentPath = /\/issues\/comments\/\d+$/;

let github: FakeGitHub;
beforeEach(async () => {
  github = await startFakeGitHub();
});
afterEach(async () => {
  await github.close();
});

async function say(
  text: string,
  options: { run?: number; attempt?: number; create?: boolean; key?: string } = {},
): Promise<CommentOutcome> {
  const client = await createClient(github.token, github.url, { waitUnit: 1, throttled: throttledNow });
  const own = markerOf(options.key ?? 'gate');
  return await upsertComment(client, pull, {
    marker: own,
    body: `${own}\n${text}`,
    stamp: { id: options.run ?? 1, attempt: options.attempt ?? 1 },
    create: () => options.create ?? true,
    settled: async () => {},
  });
}
// The plug-in that waits out rate limits also spaces writes by seconds; only the tests of rate limits need it.
let throttledNow = false;
afterEach(() => {
  throttledNow = false;
});

function other(login: string, body: string, count = 1): void {
  for (let index = 0; index < count; index++)
    github.comments.push({ id: github.nextId++, issue, login, body, writes: 1 });
}
const ours = () => github.comments.filter((comment) => comment.login === github.login && comment.body.includes(marker));
const writes = () => github.requests.filter(({ method, path }) => method !== 'GET' && path !== '/graphql').length;

describe('upsertComment', () => {
  test('creates the first comment and says where', async () => {
    const outcome = await say('first');
    expect(outcome).toEqual({ state: 'created', url: expect.stringContaining('/acme/models/pull/7#issuecomment-') });
    expect(ours().map(({ body }) => body)).toEqual([expect.stringContaining('first')]);
  });

  test('updates its comment in place', async () => {
    const first = await say('first');
    const second = await say('second', { run: 2 });
    expect(second).toEqual({ ...first, state: 'updated' });
    expect(ours()).toHaveLength(1);
    expect(ours()[0]?.body).toContain('second');
  });

  test('the same text of a later run is written once, for its stamp and link; of the same run not at all', async () => {
    await say('same, see https://github.com/acme/models/actions/runs/1');
    const before = writes();
    const again = () => say('same, see https://github.com/acme/models/actions/runs/22', { run: 22 });
    expect(await again()).toMatchObject({ state: 'unchanged' });
    expect(writes()).toBe(before + 1);
    expect(await again()).toMatchObject({ state: 'unchanged' });
    expect(writes()).toBe(before + 1);
    expect(ours()[0]?.body).toContain('actions/runs/22');
  });

  test('a run between two that said the same is late when the later one was there', async () => {
    await say('same', { run: 5 });
    await say('same', { run: 7 });
    expect(await say('other', { run: 6 })).toMatchObject({ state: 'superseded' });
    expect(ours()[0]?.body).toContain('same');
  });

  test('two gates of one run under one key do not fight for ever', async () => {
    await Promise.all([say('one'), say('two')]);
    expect(ours()).toHaveLength(1);
    expect(writes()).toBeLessThan(8);
  });

  test('a list that lags behind what was written leads to no second comment', async () => {
    const hidden: typeof github.comments = [];
    let lists = 0;
    github.beforeRequest = ({ method, path }) => {
      if (method !== 'GET') return;
      // The second list does not have it yet; asked for by its id it is there.
      if (commentsPath.test(path) && ++lists === 2) hidden.push(...github.comments.splice(0));
      if (commentPath.test(path)) github.comments.push(...hidden.splice(0));
    };
    expect(await say('first')).toMatchObject({ state: 'created' });
    expect(ours()).toHaveLength(1);
  });

  test('a comment that slips to a page already read, as others are deleted, stays the only one', async () => {
    other('somebody', 'hello', 100);
    other(github.login, `${marker}\nold`);
    other('somebody', 'later', 20);
    github.beforeRequest = ({ method, query }) => {
      if (method !== 'GET' || !query.includes('page=2')) return;
      github.beforeRequest = () => {};
      github.comments.splice(0, 1);
    };
    expect(await say('new')).toMatchObject({ url: expect.stringContaining('#issuecomment-1100') });
    expect(ours().map(({ body }) => body)).toEqual([expect.stringContaining('new')]);
  });

  test('a comment that is read twice, as others come in between, is one', async () => {
    other('somebody', 'hello', 99);
    other(github.login, `${marker}\nold`);
    github.beforeRequest = ({ method, query }) => {
      if (method !== 'GET' || !query.includes('page=2')) return;
      github.beforeRequest = () => {};
      github.comments.unshift({ id: 1, issue, login: 'somebody', body: 'moved here', writes: 1 });
    };
    other('somebody', 'later', 5);
    expect(await say('new')).toMatchObject({ state: 'updated' });
    expect(ours()).toHaveLength(1);
  });

  test('recognises its text after GitHub turned line ends into CRLF', async () => {
    await say('a\nb');
    for (const comment of ours()) comment.body = comment.body.replaceAll('\n', '\r\n');
    expect(await say('a\nb', { run: 2 })).toMatchObject({ state: 'unchanged' });
  });

  test('says nothing where it should not begin to', async () => {
    expect(await say('nothing changed', { create: false })).toEqual({ state: 'none' });
    expect(writes()).toBe(0);
  });

  test('but brings an existing comment up to date then', async () => {
    await say('bad');
    expect(await say('nothing changed', { create: false, run: 2 })).toMatchObject({ state: 'updated' });
    expect(ours()[0]?.body).toContain('nothing changed');
  });

  test.each([30, 31, 99, 100, 101, 250])('finds its comment behind %i others', async (count) => {
    other('somebody', 'hello', count);
    await say('first');
    other('somebody', 'later', 40);
    expect(await say('second', { run: 2 })).toMatchObject({ state: 'updated' });
    expect(ours()).toHaveLength(1);
    expect(github.comments).toHaveLength(count + 41);
  });

  test('the oldest survives, later duplicates of ours are deleted', async () => {
    other(github.login, `${marker}\none`);
    other('somebody', 'between', 120);
    other(github.login, `${marker}\ntwo`);
    other(github.login, `${marker}\nthree`);
    const oldest = ours()[0]?.id;
    expect(await say('now')).toMatchObject({ state: 'updated' });
    expect(ours().map(({ id }) => id)).toEqual([oldest]);
  });

  test("leaves other authors' comments alone, whatever they contain", async () => {
    other('mallory', `${marker}\nall is well`);
    other('mallory[bot]', `${marker}\nall is well`);
    expect(await say('bad')).toMatchObject({ state: 'created' });
    expect(
      github.comments.filter(({ login }) => login.startsWith('mallory')).map(({ writes: times }) => times),
    ).toEqual([1, 1]);
  });

  test('gates with other keys keep apart, also when one key begins with the other', async () => {
    await say('a', { key: 'gate-2' });
    await say('b', { key: 'gate' });
    await say('c', { key: 'gate', run: 2 });
    expect(github.comments.map(({ body }) => /\n(\w)\n/.exec(body)?.[1])).toEqual(['a', 'c']);
  });

  test('a marker inside a line is not ours to find', async () => {
    other(github.login, `I quote ${marker} here`);
    expect(await say('first')).toMatchObject({ state: 'created' });
  });

  test('an older run does not overwrite a newer one, a newer attempt does', async () => {
    await say('newer', { run: 5, attempt: 2 });
    expect(await say('older run', { run: 4, attempt: 9 })).toMatchObject({ state: 'superseded' });
    expect(await say('older attempt', { run: 5, attempt: 1 })).toMatchObject({ state: 'superseded' });
    expect(ours()[0]?.body).toContain('newer');
    expect(await say('newest', { run: 5, attempt: 3 })).toMatchObject({ state: 'updated' });
  });

  test('when a newer run posts in between, one comment with its text remains', async () => {
    github.beforeRequest = ({ method, path }) => {
      if (method !== 'POST' || !commentsPath.test(path)) return;
      github.beforeRequest = () => {};
      other(github.login, `${marker}\nnewer\n<!-- edge-ready-gate-run:9.1 -->`);
    };
    expect(await say('older', { run: 8 })).toMatchObject({ state: 'superseded' });
    expect(ours().map(({ body }) => body)).toEqual([expect.stringContaining('newer')]);
  });

  test.each([
    [3, 4],
    [4, 3],
  ])('two at once (runs %i and %i) end with one comment holding the newer result', async (one, other) => {
    await Promise.all([say(`run ${one}`, { run: one }), say(`run ${other}`, { run: other })]);
    expect(ours().map(({ body }) => body)).toEqual([expect.stringContaining('run 4')]);
  });

  test('a comment deleted between list and update is made anew', async () => {
    await say('first');
    github.beforeRequest = ({ method }) => {
      if (method !== 'PATCH') return;
      github.beforeRequest = () => {};
      github.comments.splice(0);
    };
    expect(await say('second', { run: 2 })).toMatchObject({ state: 'created' });
    expect(ours()[0]?.body).toContain('second');
  });

  test('a duplicate that is gone already is no failure', async () => {
    other(github.login, `${marker}\none`);
    other(github.login, `${marker}\ntwo`);
    github.beforeRequest = ({ method }) => {
      if (method === 'DELETE') github.comments.splice(1, 1);
    };
    expect(await say('now')).toMatchObject({ state: 'updated' });
  });

  test('a creation whose answer got lost is repeated and leaves one comment', async () => {
    github.faults.push({ method: 'POST', path: commentsPath, times: 1, status: 502, afterwards: true });
    expect(await say('first')).toMatchObject({ url: expect.stringContaining('issuecomment') });
    expect(ours()).toHaveLength(1);
  });

  test.each([500, 502, 503, 'drop' as const])('repeats after %s', async (status) => {
    github.faults.push({ method: 'GET', path: commentsPath, times: 2, status });
    expect(await say('first')).toMatchObject({ state: 'created' });
  });

  test.each([
    [429, {}, 'You have exceeded a secondary rate limit'],
    [403, { 'retry-after': '2' }, 'You have exceeded a secondary rate limit. Please wait'],
    [403, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1' }, 'API rate limit exceeded'],
  ])('waits out a rate limit (%i %j)', async (status, headers, message) => {
    throttledNow = true;
    github.faults.push({ method: 'GET', path: commentsPath, times: 2, status, headers, message });
    expect(await say('first', { create: false })).toEqual({ state: 'none' });
  });
});

describe('explainFailure', () => {
  const integration = 'Resource not accessible by integration';
  test.each([
    ['GET', commentsPath, 401, {}, 'Bad credentials', /token \(401\); pass a valid `github-token`/],
    ['POST', commentsPath, 403, {}, integration, /lacks a permission \(403\); add `pull-requests: write`.*forks/],
    ['PATCH', commentPath, 403, {}, integration, /add `pull-requests: write`/],
    ['POST', commentsPath, 403, {}, 'Unable to create comment because issue is locked.', /conversation is locked/],
    [
      'POST',
      commentsPath,
      403,
      { 'retry-after': '3600' },
      'You have exceeded a secondary rate limit',
      /asks to be slower \(403, secondary rate limit\)/,
    ],
    ['POST', commentsPath, 429, {}, 'Too many requests', /rate limit is used up \(429\)/],
    ['GET', commentsPath, 404, {}, 'Not Found', /no such thing \(404\).*`pull-requests: write`/],
    ['POST', commentsPath, 410, {}, 'Gone', /gone \(410\)/],
    ['POST', commentsPath, 422, {}, 'Validation Failed', /refuses the content \(422: Validation Failed/],
    ['GET', commentsPath, 500, {}, 'oops', /answered 500 several times/],
    ['GET', commentsPath, 'drop' as const, {}, '', /GitHub (cannot be reached|answered 500 several times)/],
  ])('%s %s → %s %j: one sentence with the remedy', async (method, path, status, headers, message, expected) => {
    if (method === 'PATCH') await say('first');
    github.faults.push({ method, path, times: 99, status, message, headers });
    const sentence = await say('second', { run: 2 }).then(
      () => 'no failure',
      (error: unknown) => explainFailure(error, 'comment on pull request #7', 'pull-requests: write'),
    );
    expect(sentence).toMatch(/^The gate could not comment on pull request #7: [^\n]*\.$/);
    expect(sentence).toMatch(expected);
  });

  test('a body over the limit is GitHub to refuse, and said so', async () => {
    const failure = await say('x'.repeat(65_537)).catch((error: unknown) =>
      explainFailure(error, 'comment', 'pull-requests: write'),
    );
    expect(failure).toMatch(/refuses the content \(422: .*too long/);
  });
});
