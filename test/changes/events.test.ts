import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { rangeOfEvent } from '../../src/changes/event-range.ts';
import { listChanges } from '../../src/changes/list-changes.ts';
import { modelMatcher } from '../../src/changes/matcher.ts';
import { resolveRange } from '../../src/changes/range.ts';
import { openRepository } from '../../src/changes/repository.ts';
import { UserError } from '../../src/errors.ts';
import * as events from '../support/github-events.ts';
import { clone, commit, newRepository, noise, run, temporaryFolder } from './git-fixture.ts';

type Name = 'fork' | 'main' | 'release' | 'first' | 'head' | 'merge';

/**
 * A repository on GitHub: `fork` is where everything began; `main` and `release` went on; the pull request's branch had `first`, which a force-push
 * replaced by `head` (both from `fork`); `merge` is what GitHub made of head and main. Every commit of a branch changes a model of that branch's name.
 */
function makeWorld() {
  const origin = newRepository();
  const fork = commit(origin, { 'main.onnx': noise(0), 'topic.onnx': noise(1), 'release.onnx': noise(2) });
  const branch = (name: string) => run(origin, 'checkout', '--quiet', '-B', name, fork);
  branch('release');
  const release = commit(origin, { 'release.onnx': noise(3) });
  branch('topic');
  const first = commit(origin, { 'topic.onnx': noise(4), 'oops.onnx': noise(5) });
  branch('topic');
  const head = commit(origin, { 'topic.onnx': noise(6) });
  branch('main');
  const main = commit(origin, { 'main.onnx': noise(7) });
  run(origin, 'checkout', '--quiet', '--detach', 'main');
  run(origin, 'merge', '--quiet', '--no-ff', '-m', 'merge', head);
  const merge = run(origin, 'rev-parse', 'HEAD');
  run(origin, 'update-ref', 'refs/pull/7/head', head);
  run(origin, 'update-ref', 'refs/pull/7/merge', merge);
  run(origin, 'checkout', '--quiet', 'main');
  return { origin, commits: { fork, main, release, first, head, merge } };
}

let made: ReturnType<typeof makeWorld>;
beforeAll(() => {
  made = makeWorld();
  for (const name of ['uploadpack.allowFilter', 'uploadpack.allowAnySHA1InWant'])
    run(made.origin, 'config', name, 'true');
});

/** A copy of it, to be changed. */
function world() {
  const origin = join(temporaryFolder(), 'origin');
  cpSync(made.origin, origin, { recursive: true });
  return { ...made, origin };
}

/** What actions/checkout leaves: `full` as with `fetch-depth: 0`, `shallow` as by default, `blobless` as with `filter: blob:none`. */
type Checkout = 'full' | 'shallow' | 'blobless';

function checkout(origin: string, commitId: string, how: Checkout): string {
  const folder = temporaryFolder();
  run(folder, 'init', '--quiet', '--initial-branch=x');
  run(folder, 'remote', 'add', 'origin', `file://${origin}`);
  const options = {
    full: ['+refs/heads/*:refs/remotes/origin/*'],
    shallow: [],
    blobless: ['+refs/heads/*:refs/remotes/origin/*'],
  };
  const depth = { full: [], shallow: ['--depth=1'], blobless: ['--filter=blob:none'] };
  run(folder, 'fetch', '--quiet', '--no-tags', ...depth[how], 'origin', commitId, ...options[how]);
  run(folder, 'checkout', '--quiet', '--detach', commitId);
  return folder;
}

async function judge(folder: string, event: events.RecordedEvent) {
  const repository = await openRepository(folder);
  const range = await resolveRange(repository, rangeOfEvent(event));
  const changes = await listChanges(repository, range, modelMatcher());
  return {
    base: range.base?.sha ?? null,
    head: range.head.sha,
    how: range.how,
    changes: changes.map(({ path }) => path),
  };
}

interface Row {
  readonly name: string;
  readonly event: (commits: Readonly<Record<Name, string>>) => events.RecordedEvent;
  readonly base: Name;
  readonly head: Name;
  readonly changes: readonly string[];
  /** What happened on GitHub before the gate looks. */
  readonly before?: (origin: string) => void;
}

const topic = ['topic.onnx'];
const rows: readonly Row[] = [
  {
    name: 'pull_request, same repository',
    event: (c) => events.opened({ ...c, base: c.main }),
    base: 'fork',
    head: 'head',
    changes: topic,
  },
  {
    name: 'pull_request from a fork',
    event: (c) => events.openedFromFork({ ...c, base: c.main }),
    base: 'fork',
    head: 'head',
    changes: topic,
  },
  {
    name: 'pull_request of Dependabot',
    event: (c) => events.openedByDependabot({ ...c, base: c.main }),
    base: 'fork',
    head: 'head',
    changes: topic,
  },
  {
    name: 'pull_request, draft',
    event: (c) => events.openedAsDraft({ ...c, base: c.main }),
    base: 'fork',
    head: 'head',
    changes: topic,
  },
  {
    name: 'pull_request, force-pushed: what was there before does not count',
    event: (c) => events.synchronized({ ...c, base: c.main }, c.first),
    base: 'fork',
    head: 'head',
    changes: topic,
  },
  {
    name: 'pull_request, retargeted: the new base branch counts',
    event: (c) => events.retargeted({ ...c, base: c.release, baseBranch: 'release' }, { ref: 'main', sha: c.main }),
    base: 'fork',
    head: 'head',
    changes: topic,
  },
  {
    name: 'pull_request in conflict: there is no merge commit, and none is needed',
    event: ({ merge: _, ...c }) => events.conflicting({ ...c, base: c.main }),
    base: 'fork',
    head: 'head',
    changes: topic,
    before: (origin) => void run(origin, 'update-ref', '-d', 'refs/pull/7/merge'),
  },
  {
    name: 'pull_request whose base branch was deleted meanwhile',
    event: (c) => events.opened({ ...c, base: c.release, baseBranch: 'release' }),
    base: 'fork',
    head: 'head',
    changes: topic,
    before: (origin) => {
      // The commit stays reachable on GitHub, by the reference of another pull request.
      run(origin, 'update-ref', 'refs/pull/8/head', 'release');
      run(origin, 'branch', '--quiet', '-D', 'release');
    },
  },
  {
    name: 'pull_request that somebody pushed to again meanwhile: its own head counts',
    event: (c) => events.synchronized({ ...c, head: c.first, base: c.main }, c.fork),
    base: 'fork',
    head: 'first',
    changes: ['oops.onnx', 'topic.onnx'],
    before: (origin) => void run(origin, 'update-ref', 'refs/pull/9/head', 'topic@{2}'),
  },
  {
    name: 'merge_group',
    event: (c) => events.mergeGroup(c.merge, c.main),
    base: 'main',
    head: 'merge',
    changes: topic,
  },
  {
    name: 'push',
    event: (c) => events.pushed('refs/heads/main', c.fork, c.main),
    base: 'fork',
    head: 'main',
    changes: ['main.onnx'],
  },
  {
    name: 'push of a new branch',
    event: (c) => events.pushed('refs/heads/topic', null, c.head),
    base: 'fork',
    head: 'head',
    changes: topic,
  },
  {
    name: 'push of a tag',
    event: (c) => events.pushed('refs/tags/v1', null, c.head),
    base: 'fork',
    head: 'head',
    changes: topic,
  },
  {
    name: 'push that replaced commits: what was on the branch counts while it can be had',
    event: (c) => events.pushed('refs/heads/topic', c.first, c.head, { forced: true }),
    base: 'first',
    head: 'head',
    changes: ['oops.onnx', 'topic.onnx'],
    before: (origin) => void run(origin, 'update-ref', 'refs/pull/9/head', 'topic@{2}'),
  },
  {
    name: 'push that replaced commits which are gone: the merge base with the default branch',
    event: (c) => events.pushed('refs/heads/topic', 'e'.repeat(40), c.head, { forced: true }),
    base: 'fork',
    head: 'head',
    changes: topic,
  },
  {
    name: 'push that deleted a branch: nothing changed',
    event: (c) => events.pushed('refs/heads/old', c.first, null, { tip: c.main }),
    base: 'main',
    head: 'main',
    changes: [],
  },
  {
    name: 'workflow_dispatch on a branch',
    event: (c) => events.dispatched(c.head, 'refs/heads/topic'),
    base: 'fork',
    head: 'head',
    changes: topic,
  },
  {
    name: 'workflow_dispatch on the default branch',
    event: (c) => events.dispatched(c.main),
    base: 'fork',
    head: 'main',
    changes: ['main.onnx'],
  },
  { name: 'schedule', event: (c) => events.scheduled(c.main), base: 'fork', head: 'main', changes: ['main.onnx'] },
  {
    name: 'workflow_run after a push: the commit that was pushed',
    event: (c) => events.ranAfter({ event: 'push', head: c.head }, c.main),
    base: 'fork',
    head: 'head',
    changes: topic,
  },
];

describe('every event has its own base and head', () => {
  // A shallow clone is the hardest; the other two are tried where they differ.
  const elsewhere = rows.filter(({ name }) =>
    /^(pull_request, same|pull_request, retargeted|merge_group|push of a new)/.test(name),
  );
  const cases = [
    ...rows.map((row) => ({ ...row, how: 'shallow' as const })),
    ...elsewhere.flatMap((row) => (['full', 'blobless'] as const).map((how) => ({ ...row, how }))),
  ];
  test.each(cases)('$name, $how checkout', async ({ event, base, head, changes, before, how }) => {
    const { origin, commits } = world();
    before?.(origin);
    const recorded = event(commits);
    const folder = checkout(origin, recorded.sha, how);
    expect(await judge(folder, recorded)).toMatchObject({ base: commits[base], head: commits[head], changes });
  });

  test.each(rows)('the payload of $name is what GitHub documents', ({ event }) => {
    const c = 'abcdef'.split('').map((digit) => digit.repeat(40)) as [string, string, string, string, string, string];
    const recorded = event({ fork: c[0], main: c[1], release: c[2], first: c[3], head: c[4], merge: c[5] });
    expect(recorded.schema?.check(recorded.payload)).toBeUndefined();
  });

  test('GitHub’s description is a check that can fail', () => {
    const { schema, payload } = events.mergeGroup('a'.repeat(40), 'b'.repeat(40));
    expect(schema?.check({ ...(payload as object), merge_group: {} })).toMatch(/required property/);
  });
});

describe('what would handle a stranger’s files with a token that writes is refused', () => {
  const facts = { head: 'a'.repeat(40), base: 'b'.repeat(40) };
  test.each([
    [
      'pull_request_target',
      events.target(facts),
      /on: pull_request\npermissions:\n {2}contents: read\n {2}pull-requests: write/,
    ],
    [
      'workflow_run after a pull request',
      events.ranAfter({ event: 'pull_request', head: facts.head, from: 'stranger/models' }, facts.base),
      /permissions:\n {2}actions: read\n {2}pull-requests: write\nsteps:\n {2}- uses: org\/edge-ready-gate\/report@v1/,
    ],
  ])('%s, with the workflow to use instead', (_name, event, expected) => {
    expect(() => rangeOfEvent(event)).toThrow(UserError);
    expect(() => rangeOfEvent(event)).toThrow(expected);
  });
});

test('a clone without its remote still has what is there', async () => {
  const { origin, commits } = world();
  const folder = clone(origin);
  run(folder, 'fetch', '--quiet', 'origin', 'refs/pull/7/head');
  run(folder, 'remote', 'remove', 'origin');
  run(folder, 'update-ref', 'refs/remotes/origin/main', commits.main);
  expect(await judge(folder, events.opened({ ...commits, base: commits.main }))).toMatchObject({
    base: commits.fork,
    changes: topic,
  });
});
