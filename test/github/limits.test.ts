import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createClient } from '../../src/github/client.ts';
import { markerOf, upsertComment } from '../../src/github/comment.ts';
import { readRunContext } from '../../src/github/context.ts';
import { publishAnnotations, publishSummary } from '../../src/github/publish.ts';
import { annotationsOf } from '../../src/report/annotations.ts';
import { renderComment } from '../../src/report/comment.ts';
import { commentBody } from '../../src/report/comment-body.ts';
import type { GateReport } from '../../src/report/report-schema.ts';
import { gateReportSchema } from '../../src/report/report-schema.ts';
import { renderSummary } from '../../src/report/summary.ts';
import { type FakeGitHub, startFakeGitHub } from '../support/fake-github/server.ts';
import { budget, comparison, KiB, narrowModel, report, wideModel } from '../support/measurements.ts';

/** GitHub's limits: characters of a comment, bytes of a step's summary. */
const commentLimit = 65_536;
const summaryLimit = 1024 * 1024;

const bad = comparison({
  base: { measurement: narrowModel() },
  head: { measurement: wideModel() },
  budgets: [budget('peakRam', { kind: 'max', value: 64 * KiB })],
});
/** Characters that are two units in JavaScript and four bytes in a file. */
const wideName = '𝛼'.repeat(100);
const failing = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ ...bad, model: `models/${wideName}${index}.onnx` }));
/** As many failing models, problems and notes as a report has room for, each sentence as long as it may be. */
function largest(): GateReport {
  const sentences = (word: string) =>
    Array.from({ length: 200 }, (_, index) => `${word} ${index} ${wideName.repeat(9)}`);
  const given = {
    ...report(failing(2000)),
    problems: sentences('problem'),
    notes: sentences('note'),
    verdict: 'error' as const,
  };
  return gateReportSchema.parse(given);
}

let github: FakeGitHub;
beforeEach(async () => {
  github = await startFakeGitHub();
});
afterEach(async () => {
  await github.close();
  vi.restoreAllMocks();
});
const folder = mkdtempSync(path.join(os.tmpdir(), 'edge-ready-limits-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const marker = markerOf('k'.repeat(60));
async function post(body: string): Promise<string> {
  const client = await createClient(github.token, github.url, { waitUnit: 1, throttled: false });
  const pull = { owner: 'acme', repo: 'models', number: 7 };
  const stamp = { id: 999_999_999_999_999, attempt: 999_999_999_999_999 };
  await upsertComment(client, pull, { marker, body, stamp, create: () => true, settled: async () => {} });
  return github.comments[0]?.body ?? '';
}

describe("GitHub's limits", () => {
  test('the longest comment is taken, with its stamp', async () => {
    const count = 200;
    const whole = renderComment(report(failing(count)), { marker, limit: Number.POSITIVE_INFINITY });
    expect(whole.length).toBeGreaterThan(commentLimit);
    const posted = await post(renderComment(report(failing(count)), { marker }));
    expect(posted.length).toBeGreaterThan(20_000);
    expect(posted.length).toBeLessThanOrEqual(commentLimit);
  });

  test('a comment of exactly the limit that the gate keeps leaves room for the stamp', async () => {
    const body = `${marker}\n${'x'.repeat(60_000 - marker.length - 1)}`;
    expect((await post(body)).length).toBeLessThanOrEqual(commentLimit);
  });

  test('the largest report there can be has a comment and a summary', async () => {
    const given = largest();
    const posted = await post(
      renderComment(given, { marker, runUrl: 'https://github.com/acme/models/actions/runs/1' }),
    );
    expect(posted.length).toBeLessThanOrEqual(commentLimit);
    const summaryPath = path.join(folder, 'summary');
    writeFileSync(summaryPath, '');
    publishSummary({ ...readRunContext({}), summaryPath }, renderSummary(given), Array(5).fill(wideName.repeat(10)));
    expect(statSync(summaryPath).size).toBeGreaterThan(100 * 1024);
    expect(statSync(summaryPath).size).toBeLessThanOrEqual(summaryLimit);
    expect(readFileSync(summaryPath, 'utf8').match(/^> ⚠️ /gm)).toHaveLength(5);
  });

  test('a summary is as large as fits, in bytes, and one byte less makes it the next smaller form', () => {
    const given = report([...failing(3), comparison({ change: { path: 'models/same.onnx', state: 'compared' } })]);
    const form = (unchanged: boolean) =>
      commentBody(given, {}, { rows: Number.POSITIVE_INFINITY, unchanged, folds: true });
    const bytes = Buffer.byteLength(form(true));
    expect(bytes).toBeGreaterThan(form(true).length);
    expect(renderSummary(given, { limitBytes: bytes })).toBe(form(true));
    expect(renderSummary(given, { limitBytes: bytes - 1 })).toBe(form(false));
  });

  test('annotations stay within ten of a level, titles and messages within the lengths of a check run', () => {
    let printed = '';
    vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
      printed += String(chunk);
      return true;
    });
    publishAnnotations(annotationsOf(largest()));
    const lines = printed.trim().split('\n');
    expect(lines).toHaveLength(10);
    for (const line of lines) {
      const [, title = '', message = ''] = /title=([^,:]*)[^:]*::(.*)$/.exec(line) ?? [];
      expect([...title].length).toBeLessThanOrEqual(255);
      expect(Buffer.byteLength(message)).toBeLessThanOrEqual(64 * 1024);
      expect(message).not.toBe('');
    }
  });
});
