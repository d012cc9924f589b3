import { mkdtempSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { rangeOfEvent } from '../../../src/changes/event-range.ts';
import { readRunContext } from '../../../src/github/context.ts';
import { emptyReport } from '../../../src/github/empty-report.ts';
import { mergeShards } from '../../../src/github/merge-shards.ts';
import { otherRunOf } from '../../../src/github/other-run.ts';
import { gateReportSchema } from '../../../src/report/report-schema.ts';
import type { Fuzzer } from '../fuzzer.ts';
import { mutateBytes } from '../mutate-bytes.ts';
import { mutateTree } from '../mutate-tree.ts';

const [a, b, c] = ['a', 'b', 'c'].map((digit) => digit.repeat(40)) as [string, string, string];
const repository = {
  name: 'models',
  full_name: 'octo/models',
  default_branch: 'main',
  owner: { login: 'octo' },
  fork: false,
};
/** After docs.github.com, "Webhook events and payloads". */
const payloads: readonly (readonly [string, unknown])[] = [
  [
    'pull_request',
    {
      action: 'synchronize',
      number: 12,
      pull_request: {
        number: 12,
        draft: false,
        head: { ref: 'topic', sha: a, repo: { full_name: 'stranger/models', fork: true } },
        base: { ref: 'main', sha: b, repo: repository },
        merge_commit_sha: c,
      },
      repository,
      sender: { login: 'stranger', type: 'User' },
    },
  ],
  ['push', { ref: 'refs/heads/main', before: b, after: a, forced: true, deleted: false, commits: [], repository }],
  [
    'merge_group',
    {
      action: 'checks_requested',
      merge_group: {
        head_sha: a,
        head_ref: 'refs/heads/gh-readonly-queue/main/pr-1',
        base_sha: b,
        base_ref: 'refs/heads/main',
      },
      repository,
    },
  ],
  [
    'workflow_dispatch',
    { ref: 'refs/heads/main', inputs: { target: 'x' }, workflow: '.github/workflows/a.yml', repository },
  ],
  ['schedule', { schedule: '0 0 * * *', workflow: '.github/workflows/a.yml', repository }],
  [
    'workflow_run',
    {
      action: 'completed',
      workflow_run: {
        id: 30433642,
        path: '.github/workflows/models.yml@main',
        event: 'push',
        head_sha: a,
        head_branch: 'topic',
        head_repository: { full_name: 'stranger/models', owner: { login: 'stranger' } },
        pull_requests: [],
        conclusion: 'success',
      },
      repository,
    },
  ],
];

/** Event payloads as GitHub documents them, changed as trees or bytes; every payload under every event's name. */
export function eventFuzzer(): Fuzzer {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'edge-ready-fuzz-'));
  const file = path.join(folder, 'event.json');
  const names = [...payloads.map(([name]) => name), 'pull_request_target', 'issue_comment', ''];
  return {
    name: 'event',
    extension: 'json',
    seeds: payloads.map(([name, payload]) => new TextEncoder().encode(`${name}\n${JSON.stringify(payload)}`)),
    mutate: (random) => {
      const [name, payload] = random.pick(payloads);
      const tree = mutateTree(payload, random.pick(payloads)[1], random);
      const event = random.chance(3) ? random.pick(names) : name;
      const bytes = new TextEncoder().encode(`${event}\n${JSON.stringify(tree)}`);
      return random.chance(8) ? mutateBytes(bytes, random) : bytes;
    },
    // The event's name, a line, the payload.
    run: (bytes) => {
      const text = new TextDecoder().decode(bytes);
      const [name = ''] = text.split('\n', 1);
      writeFileSync(file, text.slice(name.length + 1));
      const context = readRunContext({
        GITHUB_EVENT_PATH: file,
        GITHUB_EVENT_NAME: name,
        GITHUB_SHA: c,
        GITHUB_REPOSITORY: 'octo/models',
      });
      gateReportSchema.parse(emptyReport(context, ['a'], ['b']));
      otherRunOf(context, 'token');
      mergeShards({ shards: [], problems: [] }, context);
      rangeOfEvent({ name, payload: context.payload, sha: c });
      return 'ranged';
    },
  };
}
