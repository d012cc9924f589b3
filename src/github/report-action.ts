import { setSecret } from '@actions/core';
import { renderComment } from '../report/comment.ts';
import { headline } from '../report/headline.ts';
import { renderSummary } from '../report/summary.ts';
import { conclude, runFace, warnOf } from './conclude.ts';
import { readRunContext } from './context.ts';
import { currentShards } from './current-shards.ts';
import { readReportInputs } from './inputs.ts';
import { logLine } from './log.ts';
import { mergeShards } from './merge-shards.ts';
import { missingLegs } from './missing-legs.ts';
import { jobsOfMeasuringRun, measuringRunOf, otherRunOf } from './other-run.ts';
import { type Patience, postComment } from './post-comment.ts';
import { publishOutputs, publishSummary } from './publish.ts';
import { recordPush } from './record-push.ts';
import { downloadShards } from './shards.ts';
import { downloadSilences, uploadSilences } from './silence-record.ts';
import { silenceSentence, silentJobs } from './silent-jobs.ts';
import { linksOf, uploadPage } from './upload-page.ts';
import { writeReport } from './write-report.ts';

/** The report action: every leg's shard becomes one report, one comment and one verdict; a leg that is missing makes it `error`. */
export async function reportAction(environment: NodeJS.ProcessEnv, patience: Patience = {}): Promise<void> {
  await runFace(async () => {
    const inputs = readReportInputs(environment);
    if (inputs.token !== '') setSecret(inputs.token);
    const context = readRunContext(environment);
    const key = inputs.key ?? context.workflowKey;

    const other = otherRunOf(context, inputs.token);
    const downloaded = await downloadShards(key, context, other);
    const { attempt } = measuringRunOf(context);
    const listJobs = () => jobsOfMeasuringRun(context, inputs.token, patience);
    const current = await currentShards(downloaded, attempt, listJobs);
    const silent =
      other === null
        ? await silentJobs(inputs.needs, downloaded, listJobs)
        : await downloadSilences(key, attempt, context, other);
    const sentences = silent.silences.map((silence) => silenceSentence(silence, key));
    // Who is missing has a name where the token may ask for it.
    const isShort = missingLegs(current.shards, current.leftOut, current.unread).length > 0;
    const jobs = isShort && current.shards.length > 0 ? await listJobs().catch(() => []) : [];
    const report = mergeShards(current, context, [...silent.problems, ...sentences], jobs);
    const files = writeReport(report, context.temporary, key);
    const page = inputs.upload ? await uploadPage(files.page, key, context) : {};
    const unsaid = inputs.upload && other === null ? await uploadSilences(silent.silences, key, context) : undefined;
    const links = linksOf(context, page);
    const posted = await postComment(
      {
        mode: inputs.comment,
        token: inputs.token,
        key,
        report,
        render: (marker) => renderComment(report, { marker, ...links }),
        patience,
      },
      context,
    );

    const recorded = await recordPush({ branch: inputs.history, token: inputs.token, report }, context);
    if (recorded.done !== undefined) logLine(recorded.done);

    const problems = [page.problem, unsaid, posted.problem, recorded.problem].flatMap((problem) => problem ?? []);
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
}
