import path from 'node:path';
import { setSecret } from '@actions/core';
import { annotationsLimit, annotationsOf } from '../report/annotations.ts';
import { renderComment } from '../report/comment.ts';
import { headline } from '../report/headline.ts';
import { renderSummary } from '../report/summary.ts';
import { claimComment, claimFolder } from './claims.ts';
import { conclude, runFace, warnOf } from './conclude.ts';
import { readRunContext } from './context.ts';
import { readGateInputs } from './inputs.ts';
import { isOneOfMany, legName } from './leg-name.ts';
import { logLine } from './log.ts';
import { type Patience, postComment } from './post-comment.ts';
import { publishAnnotations, publishOutputs, publishSummary } from './publish.ts';
import { recordPush } from './record-push.ts';
import { runLeg } from './run-leg.ts';
import { uploadShard } from './shards.ts';
import { linksOf, uploadPage } from './upload-page.ts';

/** The measuring action: one leg's targets, its own summary and annotations, a shard for the report job; the comment only where it is the only leg. */
export async function gateAction(environment: NodeJS.ProcessEnv, patience: Patience = {}): Promise<void> {
  await runFace(async () => {
    const inputs = readGateInputs(environment);
    if (inputs.token !== '') setSecret(inputs.token);
    const context = readRunContext(environment);
    const key = inputs.key ?? context.workflowKey;
    const leg = legName(inputs.targets, inputs.leg.matrix);
    const many = isOneOfMany(inputs.leg);

    const { step } = inputs.leg;
    // A leg of several never writes the shared comment.
    const comment = many && inputs.comment === 'auto' ? 'never' : inputs.comment;
    const commentKey = many ? `${key}-${leg}` : key;
    if (comment !== 'never') claimComment(commentKey, step, context.temporary);

    const folder = claimFolder(path.join(context.temporary, 'edge-ready', key, leg), step);
    const { report, files } = await runLeg(inputs, context, folder);
    const uploaded = inputs.upload
      ? await uploadShard({ key, leg: inputs.leg, report, artifactsFolder: files.artifacts }, context)
      : [];
    // The report job uploads one for all legs; a service that just failed is not asked again.
    const page = inputs.upload && !many && uploaded.length === 0 ? await uploadPage(files.page, key, context) : {};
    const links = linksOf(context, page);
    const posted = await postComment(
      {
        mode: comment,
        key: commentKey,
        token: inputs.token,
        report,
        render: (marker) => renderComment(report, { marker, ...links }),
        patience,
      },
      context,
    );

    const recorded = await recordPush({ branch: many ? null : inputs.history, token: inputs.token, report }, context);
    if (recorded.done !== undefined) logLine(recorded.done);

    const problems = [
      ...uploaded,
      ...[page.problem, posted.problem, recorded.problem].flatMap((problem) => problem ?? []),
    ];
    // What could not be done is a warning of the same step.
    const annotations = annotationsOf(report, annotationsLimit - problems.length);
    publishSummary(context, renderSummary(report, links), problems);
    publishAnnotations(annotations);
    warnOf(problems);
    publishOutputs({
      verdict: report.verdict,
      summary: headline(report),
      report: files.report,
      page: files.page,
      artifacts: files.artifacts,
      commentUrl: posted.url ?? '',
    });
    conclude(
      report,
      headline(report),
      inputs.failOn,
      annotations.some(({ level }) => level === 'error'),
    );
  });
}
