import { setSecret } from '@actions/core';
import { conclude, runFace, warnOf } from './github/conclude.ts';
import { readRunContext } from './github/context.ts';
import { currentShards } from './github/current-shards.ts';
import { readReportInputs } from './github/inputs.ts';
import { logLine } from './github/log.ts';
import { mergeShards } from './github/merge-shards.ts';
import { jobsOfMeasuringRun, measuringRunOf, otherRunOf } from './github/other-run.ts';
import { postComment } from './github/post-comment.ts';
import { publishOutputs, publishSummary } from './github/publish.ts';
import { recordPush } from './github/record-push.ts';
import { downloadShards } from './github/shards.ts';
import { linksOf, uploadPage } from './github/upload-page.ts';
import { writeReport } from './github/write-report.ts';
import { renderComment } from './report/comment.ts';
import { headline } from './report/headline.ts';
import { renderSummary } from './report/summary.ts';

/** The report action: every leg's shard becomes one report, one comment and one verdict; a leg that is missing makes it `error`. */
await runFace(async () => {
  const inputs = readReportInputs(process.env);
  if (inputs.token !== '') setSecret(inputs.token);
  const context = readRunContext(process.env);
  const key = inputs.key ?? context.workflowKey;

  const downloaded = await downloadShards(key, context, otherRunOf(context, inputs.token));
  const { attempt } = measuringRunOf(context);
  const current = await currentShards(downloaded, attempt, () => jobsOfMeasuringRun(context, inputs.token));
  const report = mergeShards(current, context);
  const files = writeReport(report, context.temporary, key);
  const page = inputs.upload ? await uploadPage(files.page, key, context) : {};
  const links = linksOf(context, page);
  const posted = await postComment(
    {
      mode: inputs.comment,
      token: inputs.token,
      key,
      report,
      render: (marker) => renderComment(report, { marker, ...links }),
    },
    context,
  );

  const recorded = await recordPush({ branch: inputs.history, token: inputs.token, report }, context);
  if (recorded.done !== undefined) logLine(recorded.done);

  const problems = [page.problem, posted.problem, recorded.problem].flatMap((problem) => problem ?? []);
  publishSummary(context, renderSummary(report, links), problems);
  warnOf(problems);
  publishOutputs({
    verdict: report.verdict,
    summary: headline(report),
    report: files.report,
    page: files.page,
    artifacts: '',
    commentUrl: posted.url ?? '',
  });
  // The legs have annotated their own findings.
  conclude(report, headline(report), inputs.failOn, false);
});
