import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createClient, type GitHubClient } from '../../src/github/client.ts';
import { markerOf, type Stamp, upsertComment } from '../../src/github/comment.ts';
import { type FakeGitHub, startFakeGitHub } from '../support/fake-github/server.ts';

const marker = markerOf('gate');
const pull = { owner: 'acme', repo: 'models', number: 7 };

let github: FakeGitHub;
beforeEach(async () => {
  github = await startFakeGitHub();
});
afterEach(async () => {
  await github.close();
});

const isList = ({ method, url }: { method: string; url: string }) => method === 'GET' && url.endsWith('/comments');
const isWrite = ({ method }: { method: string }) => method === 'PATCH' || method === 'POST';

/** Reports of several runs at once, whose requests reach GitHub in an order that `scheduler` chooses. */
async function race(runs: readonly (Stamp & { readonly text: string })[], scheduler: fc.Scheduler): Promise<void> {
  // Who has read the comment and not yet written it, or been done.
  const between = new Set<object>();
  const turn = () => scheduler.schedule(Promise.resolve());
  const report = async (run: (typeof runs)[number]) => {
    const client: GitHubClient = await createClient(github.token, github.url, { waitUnit: 1, throttled: false });
    client.hook.wrap('request', async (request, options) => {
      if (String(options.url).endsWith('/graphql')) return await request(options);
      await turn();
      if (isWrite(options)) between.delete(run);
      const answer = await request(options);
      if (isList(options)) between.add(run);
      return answer;
    });
    const settled = async () => {
      between.delete(run);
      while (between.size > 0) await turn();
    };
    const body = `${marker}\n${run.text}`;
    await upsertComment(client, pull, { marker, body, stamp: run, create: () => true, settled });
    between.delete(run);
  };
  await scheduler.waitFor(Promise.all(runs.map(report)));
}

const run = fc.record({ id: fc.integer({ min: 1, max: 3 }), attempt: fc.integer({ min: 1, max: 2 }) });
const stamps = fc.uniqueArray(run, { minLength: 2, maxLength: 4, selector: ({ id, attempt }) => `${id}.${attempt}` });

test('whatever the order of their requests, reports at once end with one comment that has the newest result', async () => {
  await fc.assert(
    fc.asyncProperty(stamps, fc.constantFrom(0, 1, 2), fc.scheduler(), async (drawn, present, scheduler) => {
      github.comments.splice(0);
      for (let index = 0; index < present; index++)
        github.comments.push({ id: github.nextId++, issue: 7, login: github.login, body: `${marker}\nold`, writes: 1 });
      // Results repeat, so that some runs find their words there already.
      const runs = drawn.map((stamp) => ({ ...stamp, text: `result ${stamp.id % 2}` }));
      await race(runs, scheduler);
      const newest = [...runs].sort((a, b) => b.id - a.id || b.attempt - a.attempt)[0];
      expect(github.comments.map(({ body }) => body)).toEqual([
        expect.stringMatching(new RegExp(`\\n${newest?.text}\\n[^]*run:${newest?.id}\\.${newest?.attempt} `)),
      ]);
    }),
    { numRuns: 25 },
  );
});
