import { describe, expect, test } from 'vitest';
import { rangeOfEvent } from '../../src/changes/event-range.ts';
import { UserError } from '../../src/errors.ts';

const [a, b, c, zero] = ['a', 'b', 'c', '0'].map((digit) => digit.repeat(40)) as [string, string, string, string];
const repository = { default_branch: 'trunk' };
const pull_request = { number: 12, head: { sha: a, ref: 'x' }, base: { sha: b, ref: 'release/1.x' } };

function summary(name: string, payload: unknown, base?: string) {
  const { head, bases } = rangeOfEvent({ name, payload, sha: c }, base);
  return [
    head.revision,
    head.label,
    ...bases.map((way) => `${way.kind} ${'revision' in way ? way.revision : ''}`.trim()),
  ];
}

const withBranch = 'merge-base refs/remotes/origin/trunk';

describe('rangeOfEvent', () => {
  test.each([
    [
      'pull_request',
      { pull_request, repository },
      [a, 'pull request 12', 'merge-base refs/remotes/origin/release/1.x', `merge-base ${b}`],
    ],
    [
      'pull_request_review',
      { pull_request },
      [a, 'pull request 12', 'merge-base refs/remotes/origin/release/1.x', `merge-base ${b}`],
    ],
    ['merge_group', { merge_group: { head_sha: a, base_sha: b }, repository }, [a, 'merge group', `commit ${b}`]],
    [
      'push',
      { ref: 'refs/heads/trunk', before: b, after: a, repository },
      [a, 'trunk', `commit ${b}`, withBranch, 'first-parent'],
    ],
    ['push', { ref: 'refs/heads/new', before: zero, after: a, repository }, [a, 'new', withBranch, 'first-parent']],
    ['push', { ref: 'refs/tags/v1', before: zero, after: a, repository }, [a, 'v1', withBranch, 'first-parent']],
    ['push', { ref: 'refs/heads/old', before: a, after: zero, repository }, [c, 'trunk', `commit ${c}`]],
    [
      'workflow_run',
      { workflow_run: { event: 'push', head_sha: a }, repository },
      [a, 'workflow_run after push', withBranch, 'first-parent'],
    ],
    ['workflow_dispatch', { repository }, [c, 'workflow_dispatch', withBranch, 'first-parent']],
    ['schedule', { schedule: '0 0 * * *', repository }, [c, 'schedule', withBranch, 'first-parent']],
    ['repository_dispatch', {}, [c, 'repository_dispatch', 'first-parent']],
  ])('%s with %j', (name, payload, expected) => {
    expect(summary(name, payload)).toEqual(expected);
  });

  test.each([
    ['develop', ['merge-base refs/remotes/origin/develop', 'merge-base develop']],
    ['origin/develop', ['merge-base refs/remotes/origin/develop', 'merge-base origin/develop']],
    ['refs/heads/develop', ['merge-base refs/remotes/origin/develop', 'merge-base refs/heads/develop']],
    ['HEAD~2', ['merge-base HEAD~2']],
    [b, [`merge-base ${b}`]],
  ])("a base of the user's, %s, takes the place of the event's", (base, expected) => {
    expect(summary('pull_request', { pull_request }, base)).toEqual([a, 'pull request 12', ...expected]);
  });

  test.each([
    [
      'pull_request_target',
      { pull_request },
      /^The gate does not run on pull_request_target.*\non: pull_request\npermissions:\n {2}contents: read/s,
    ],
    [
      'workflow_run',
      { workflow_run: { event: 'pull_request', head_sha: a }, repository },
      /^The gate does not measure on workflow_run after a pull request.*uses: org\/edge-ready-gate\/report@v1$/s,
    ],
    [
      'pull_request',
      { pull_request: { ...pull_request, head: { sha: '--upload-pack=x' } } },
      /"pull_request" is not what GitHub documents: pull_request\.head\.sha/,
    ],
    ['merge_group', {}, /"merge_group" is not what GitHub documents: merge_group/],
    ['push', null, /"push" is not what GitHub documents/],
  ])('%s is refused with a sentence', (name, payload, message) => {
    const act = () => rangeOfEvent({ name, payload, sha: c });
    expect(act).toThrow(UserError);
    expect(act).toThrow(message);
  });
});
