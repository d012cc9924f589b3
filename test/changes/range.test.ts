import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { rangeOfEvent } from '../../src/changes/event-range.ts';
import { listChanges } from '../../src/changes/list-changes.ts';
import { modelMatcher } from '../../src/changes/matcher.ts';
import { resolveRange } from '../../src/changes/range.ts';
import { type RangeRequest, rangeOfRevisions } from '../../src/changes/range-request.ts';
import { findCommit, openRepository } from '../../src/changes/repository.ts';
import { UserError } from '../../src/errors.ts';
import { clone, commit, commitMany, newRepository, noise, run, temporaryFolder } from './git-fixture.ts';

async function resolve(folder: string, request: RangeRequest) {
  const range = await resolveRange(await openRepository(folder), request);
  return { base: range.base?.sha ?? null, head: range.head.sha, how: range.how, problem: range.problem };
}

/** main and a pull request that left it `ago` commits before its tip; the merge of both is checked out as GitHub does it. */
function pullRequestRepository(ago: number, commitsOfItsOwn = 1) {
  const origin = newRepository();
  const fork = commit(origin, { 'a.onnx': noise(0), 'm.onnx': noise(100) });
  const baseTip = commitMany(origin, 'main', fork, 'a.onnx', ago);
  const head = commitMany(origin, 'topic', fork, 'm.onnx', commitsOfItsOwn);
  run(origin, 'reset', '--quiet', '--hard', 'main');
  run(origin, 'checkout', '--quiet', '--detach', 'main');
  run(origin, 'merge', '--quiet', '--no-ff', '-m', 'merge', head);
  const merge = run(origin, 'rev-parse', 'HEAD');
  run(origin, 'update-ref', 'refs/pull/7/head', head);
  run(origin, 'update-ref', 'refs/pull/7/merge', merge);
  run(origin, 'checkout', '--quiet', 'main');
  const payload = { pull_request: { number: 7, head: { sha: head }, base: { ref: 'main', sha: baseTip } } };
  return { origin, fork, baseTip, head, merge, request: rangeOfEvent({ name: 'pull_request', payload, sha: merge }) };
}

/** What actions/checkout does for a pull request by default: the merge commit, and nothing before it. */
function shallowCheckout(origin: string): string {
  const folder = temporaryFolder();
  run(folder, 'init', '--quiet', '--initial-branch=x');
  run(folder, 'remote', 'add', 'origin', `file://${origin}`);
  run(folder, 'fetch', '--quiet', '--no-tags', '--depth=1', 'origin', '+refs/pull/7/merge:refs/remotes/pull/7/merge');
  run(folder, 'checkout', '--quiet', 'refs/remotes/pull/7/merge');
  return folder;
}

describe('resolveRange of a pull request', () => {
  test('is the merge base with the base branch, neither its tip nor the merge commit', async () => {
    const { origin, fork, head, request } = pullRequestRepository(3);
    const full = clone(origin);
    run(full, 'fetch', '--quiet', 'origin', 'refs/pull/7/merge');
    expect(await resolve(full, request)).toEqual({
      base: fork,
      head,
      how: 'the merge base with main',
      problem: undefined,
    });
    const changes = await listChanges(
      await openRepository(full),
      await resolveRange(await openRepository(full), request),
      modelMatcher(),
    );
    expect(changes.map(({ path }) => path)).toEqual(['m.onnx']);
  });

  test.each([
    [0, 1],
    [3, 1],
    [60, 2],
    [400, 70],
  ])('deepens a shallow checkout, %i commits behind with %i of its own', async (ago, own) => {
    const { origin, fork, head, request } = pullRequestRepository(ago, own);
    const folder = shallowCheckout(origin);
    expect(run(folder, 'rev-list', '--count', 'HEAD')).toBe('1');
    expect(await resolve(folder, request)).toEqual({
      base: fork,
      head,
      how: 'the merge base with main',
      problem: undefined,
    });
  });

  test('fetches no more history than it needs', async () => {
    const { origin, request } = pullRequestRepository(400);
    run(origin, 'checkout', '--quiet', '-B', 'near', 'main');
    const head = commit(origin, { 'm.onnx': noise(7) });
    run(origin, 'update-ref', 'refs/pull/7/merge', head);
    run(origin, 'checkout', '--quiet', 'main');
    const folder = shallowCheckout(origin);
    await resolve(folder, { ...request, head: { revision: head, label: 'pull request 7' } });
    expect(Number(run(folder, 'rev-list', '--count', head))).toBeLessThan(200);
    expect(run(folder, 'rev-parse', '--is-shallow-repository')).toBe('true');
  });

  test('the branch as it was at the event is used when the branch has since taken the pull request in', async () => {
    const { origin, fork, head, merge, request } = pullRequestRepository(2);
    run(origin, 'update-ref', 'refs/heads/main', merge);
    expect(await resolve(clone(origin), request)).toEqual({
      base: fork,
      head,
      how: 'the merge base with main as it was at the event',
      problem: undefined,
    });
  });

  test('says which line to add when it can neither find nor fetch the base', async () => {
    const { origin, request, merge } = pullRequestRepository(3);
    const folder = shallowCheckout(origin);
    run(folder, 'remote', 'set-url', 'origin', `file://${join(origin, 'gone')}`);
    const atHead = { ...request, head: { revision: merge, label: 'x' } };
    const range = await resolve(folder, atHead);
    expect(range.base).toBeNull();
    expect(range.problem).toMatch(
      /^The commit to compare with was not found; tried the merge base with main: .*\. The clone is shallow: add "with: \{ fetch-depth: 0 \}" to the step that uses actions\/checkout\.$/,
    );
    expect(range.problem).not.toContain('\n');
    await expect(resolve(folder, request)).rejects.toThrow(
      /^The head commit [0-9a-f]{40} \(pull request 7\) is not in this checkout and could not be fetched; add "with: \{ fetch-depth: 0 \}"/,
    );
  });

  test('histories that have nothing in common are a problem, not a comparison', async () => {
    const { origin, request } = pullRequestRepository(1);
    run(origin, 'checkout', '--quiet', '--orphan', 'alone');
    const alone = commit(origin, { 'm.onnx': noise(5) });
    const range = await resolve(origin, {
      head: { revision: alone, label: 'x' },
      bases: [{ kind: 'merge-base', revision: 'main', how: 'the merge base with main' }],
    });
    expect(range.problem).toContain('the two have no history in common');
    expect(request.bases).toHaveLength(2);
  });

  test('a password in the address of the remote is not repeated', async () => {
    const { origin, request } = pullRequestRepository(1);
    const folder = shallowCheckout(origin);
    run(folder, 'remote', 'set-url', 'origin', 'https://user:secret@127.0.0.1:9/x.git');
    const range = await resolve(folder, { ...request, head: { revision: 'HEAD', label: 'HEAD' } });
    expect(range.problem).toBeDefined();
    expect(range.problem).not.toContain('secret');
  });
});

describe('resolveRange of other requests', () => {
  test('a push is compared with what the branch was, a force-push of something unknown with the default branch', async () => {
    const origin = newRepository();
    const first = commit(origin, { 'a.onnx': noise(1) });
    run(origin, 'checkout', '--quiet', '-b', 'topic');
    const before = commit(origin, { 'a.onnx': noise(2) });
    const after = commit(origin, { 'a.onnx': noise(3) });
    const push = (old: string, ref = 'refs/heads/topic', to = after) =>
      rangeOfEvent({
        name: 'push',
        payload: { ref, before: old, after: to, repository: { default_branch: 'main' } },
        sha: to,
      });
    const folder = clone(origin);
    expect(await resolve(folder, push(before))).toMatchObject({
      base: before,
      head: after,
      how: 'topic before the push',
    });
    expect(await resolve(folder, push('1'.repeat(40)))).toMatchObject({ base: first, how: 'the merge base with main' });
    expect(await resolve(folder, push('0'.repeat(40)))).toMatchObject({ base: first, how: 'the merge base with main' });
    const shallow = clone(origin, '--depth=1', '--branch=topic');
    expect(await resolve(shallow, push(before))).toMatchObject({ base: before, head: after });
    expect(await resolve(clone(origin, '--depth=1', '--branch=topic'), push('0'.repeat(40)))).toMatchObject({
      base: first,
    });
    expect(await resolve(folder, push('0'.repeat(40), 'refs/heads/main', first))).toEqual({
      base: null,
      head: first,
      how: 'nothing, as this is the first commit',
      problem: undefined,
    });
  });

  test('a run by hand on the default branch is compared with the commit before, also in a shallow clone', async () => {
    const origin = newRepository();
    const first = commit(origin, { 'a.onnx': noise(1) });
    const second = commit(origin, { 'a.onnx': noise(2) });
    const request = rangeOfEvent({
      name: 'workflow_dispatch',
      payload: { repository: { default_branch: 'main' } },
      sha: second,
    });
    expect(await resolve(clone(origin), request)).toMatchObject({ base: first, how: 'the commit before' });
    expect(await resolve(clone(origin, '--depth=1'), request)).toMatchObject({ base: first, how: 'the commit before' });
  });

  test('a merge group is compared with what the queue built on', async () => {
    const origin = newRepository();
    const base = commit(origin, { 'a.onnx': noise(1) });
    run(origin, 'checkout', '--quiet', '-b', 'gh-readonly-queue/main/pr-7');
    const head = commit(origin, { 'a.onnx': noise(2) });
    const request = rangeOfEvent({
      name: 'merge_group',
      payload: { merge_group: { head_sha: head, base_sha: base } },
      sha: head,
    });
    expect(await resolve(clone(origin, '--depth=1', '--branch=gh-readonly-queue/main/pr-7'), request)).toMatchObject({
      base,
      head,
    });
  });

  test('the command line finds the base by itself', async () => {
    const origin = newRepository();
    const first = commit(origin, { 'a.onnx': noise(1) });
    expect(await resolve(origin, rangeOfRevisions())).toMatchObject({ base: null, head: first, problem: undefined });
    const second = commit(origin, { 'a.onnx': noise(2) });
    expect(await resolve(origin, rangeOfRevisions())).toMatchObject({
      base: first,
      head: second,
      how: 'the commit before HEAD',
    });
    const folder = clone(origin);
    run(folder, 'checkout', '--quiet', '-b', 'topic');
    const third = commit(folder, { 'a.onnx': noise(3) });
    const fourth = commit(folder, { 'a.onnx': noise(4) });
    expect(await resolve(folder, rangeOfRevisions())).toMatchObject({
      base: second,
      head: fourth,
      how: 'the merge base with origin/HEAD',
    });
    expect(await resolve(folder, rangeOfRevisions({ base: 'HEAD~1' }))).toMatchObject({ base: third, head: fourth });
    expect(await resolve(folder, rangeOfRevisions({ base: 'topic', head: 'main' }))).toMatchObject({
      base: second,
      head: second,
    });
    await expect(resolve(folder, rangeOfRevisions({ head: 'nowhere' }))).rejects.toThrow(
      'There is no commit "nowhere"',
    );
    const empty = `${folder}/empty`;
    run(folder, 'init', '--quiet', empty);
    await expect(resolve(empty, rangeOfRevisions())).rejects.toThrow('nothing has been committed there yet');
    expect((await resolve(folder, rangeOfRevisions({ base: 'nowhere' }))).problem).toBe(
      'The commit to compare with was not found; tried the merge base with nowhere. Name a commit to compare with, by the input "base" or the option --base.',
    );
  });

  test.each(['--output=/tmp/x', '-h', '', 'a\nb'])('%j is not taken for a revision', async (revision) => {
    const folder = newRepository();
    commit(folder, {});
    const repository = await openRepository(folder);
    await expect(findCommit(repository, revision)).rejects.toThrow('is not a revision');
  });
});

describe('a partial clone', () => {
  test('gets the blobs of changed models and no others', async () => {
    const origin = newRepository();
    run(origin, 'config', 'uploadpack.allowFilter', 'true');
    run(origin, 'config', 'uploadpack.allowAnySHA1InWant', 'true');
    const base = commit(origin, { 'a.onnx': noise(1), 'huge.bin': noise(2) });
    const head = commit(origin, { 'a.onnx': noise(3), 'huge.bin': noise(4), 'other.onnx': noise(5) });
    const folder = clone(origin, '--filter=blob:none', '--no-checkout');
    const repository = await openRepository(folder);
    const changes = await listChanges(
      repository,
      await resolveRange(repository, rangeOfRevisions({ base })),
      modelMatcher(),
    );
    expect(changes.map(({ path, state }) => [path, state])).toEqual([
      ['a.onnx', 'compared'],
      ['other.onnx', 'new'],
    ]);
    const missing = run(folder, 'rev-list', '--objects', '--all', '--missing=print');
    expect(missing.split('\n').filter((line) => line.startsWith('?'))).toHaveLength(2);
    expect(missing).toContain(`?${run(origin, 'rev-parse', `${head}:huge.bin`)}`);
  });
});

describe('openRepository', () => {
  test('works from a folder inside, a linked work tree and a bare repository', async () => {
    const folder = newRepository();
    commit(folder, { 'in/a.onnx': noise(1) });
    const inside = await openRepository(join(folder, 'in'));
    expect(inside.root).toBe((await openRepository(folder)).root);
    run(folder, 'worktree', 'add', '--quiet', '--detach', 'linked');
    const linked = await openRepository(join(folder, 'linked'));
    expect(linked.root).toBe(join(inside.root, 'linked'));
    expect(linked.gitDirectory).toBe(inside.gitDirectory);
    const bare = temporaryFolder();
    run(bare, 'clone', '--quiet', '--bare', folder, 'x.git');
    const opened = await openRepository(join(bare, 'x.git'));
    expect(await findCommit(opened, 'HEAD')).toBe(run(folder, 'rev-parse', 'HEAD'));
  });

  test('says so when there is none', async () => {
    const folder = temporaryFolder();
    await expect(openRepository(folder)).rejects.toThrow(
      `${folder} is not in a git repository: check the repository out first (actions/checkout), or run the gate inside one.`,
    );
    await expect(openRepository(join(folder, 'nowhere'))).rejects.toThrow(
      `There is no directory ${join(folder, 'nowhere')}.`,
    );
    await expect(openRepository(folder)).rejects.toBeInstanceOf(UserError);
  });

  test('says which line to run when git distrusts the owner', async () => {
    const folder = newRepository();
    commit(folder, {});
    process.env.GIT_TEST_ASSUME_DIFFERENT_OWNER = '1';
    try {
      await expect(openRepository(folder)).rejects.toThrow(
        /^git does not read (.*), because it belongs to another user; run this before the gate: git config --global --add safe\.directory '\1'$/,
      );
    } finally {
      delete process.env.GIT_TEST_ASSUME_DIFFERENT_OWNER;
    }
  });

  test("a hook's GIT_DIR does not lead elsewhere, and a missing git is said", async () => {
    const folder = newRepository();
    commit(folder, {});
    process.env.GIT_DIR = join(temporaryFolder(), 'x');
    const path = process.env.PATH;
    try {
      expect(await findCommit(await openRepository(folder), 'HEAD')).toBeDefined();
      delete process.env.GIT_DIR;
      process.env.PATH = temporaryFolder();
      await expect(openRepository(folder)).rejects.toThrow('git was not found: install it, or put it on the PATH.');
    } finally {
      delete process.env.GIT_DIR;
      process.env.PATH = path;
    }
  });
});
