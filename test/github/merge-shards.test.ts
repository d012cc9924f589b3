import { describe, expect, test } from 'vitest';
import { readRunContext } from '../../src/github/context.ts';
import { mergeShards } from '../../src/github/merge-shards.ts';
import type { Shard } from '../../src/github/shard.ts';
import { gateReportSchema } from '../../src/report/report-schema.ts';
import { reportExample } from './report-example.ts';

const head = 'a'.repeat(40);
const context = { ...readRunContext({}), payload: { pull_request: { number: 7, head: { sha: head } } } };
const shard = (target: string, index: number, total: number, changes: Partial<Shard['report']> = {}): Shard => ({
  schemaVersion: 1,
  key: 'gate',
  leg: { job: 'measure', jobId: null, step: '', index, total, matrix: JSON.stringify({ target }) },
  run: { id: 1, attempt: 1 },
  report: reportExample([target], changes),
});

describe('mergeShards', () => {
  test('all legs there: their verdict, their targets', () => {
    const merged = mergeShards(
      { shards: [shard('b', 1, 2, { verdict: 'warn' }), shard('a', 0, 2)], problems: [] },
      context,
    );
    expect(merged).toMatchObject({ verdict: 'warn', targets: ['a', 'b'], problems: [] });
  });

  test('a leg that failed to begin says why', () => {
    const broken = shard('b', 1, 2, { verdict: 'error', problems: ['edge-ready.yml:3:5: …'] });
    expect(mergeShards({ shards: [shard('a', 0, 2), broken], problems: [] }, context)).toMatchObject({
      verdict: 'error',
      problems: ['edge-ready.yml:3:5: …'],
    });
  });

  test('a leg that never reported makes it an error, though the others passed', () => {
    const merged = mergeShards({ shards: [shard('a', 0, 3)], problems: [] }, context);
    expect(merged.verdict).toBe('error');
    expect(merged.problems).toEqual([expect.stringMatching(/^2 of 3 legs/)]);
    expect(merged.targets).toEqual(['a']);
  });

  test('nobody reported', () => {
    const merged = mergeShards({ shards: [], problems: [] }, context);
    expect(merged).toMatchObject({ verdict: 'error', head: { sha: head }, comparisons: [] });
    expect(merged.problems).toEqual([expect.stringMatching(/^No leg reported/)]);
    expect(gateReportSchema.parse(merged)).toEqual(merged);
  });

  test('what could not be read is why, not a leg that failed', () => {
    const merged = mergeShards({ shards: [], problems: ['The service is down.'] }, context);
    expect(merged).toMatchObject({ verdict: 'error', problems: ['The service is down.'] });
  });

  test('under workflow_run a shard about another commit does not count', () => {
    const later = {
      ...readRunContext({ GITHUB_EVENT_NAME: 'workflow_run' }),
      payload: { workflow_run: { head_sha: 'c'.repeat(40) } },
    };
    const merged = mergeShards({ shards: [shard('a', 0, 1)], problems: [] }, later);
    expect(merged).toMatchObject({ verdict: 'error', targets: [], head: { sha: 'c'.repeat(40) } });
    expect(merged.problems).toEqual([
      'A report about commit aaaaaaa was left out: the run that triggered this one measured ccccccc.',
    ]);
  });
});
