import { ConfigError } from '../config/config-error.ts';
import { messageOf, UserError } from '../errors.ts';
import { type GateRequest, runGate } from '../gate.ts';
import type { GateReport } from '../report/report-schema.ts';
import { type OutputFiles, openOutputs } from '../report/write-outputs.ts';
import type { RunContext } from './context.ts';
import { emptyReport } from './empty-report.ts';
import type { GateInputs } from './inputs.ts';
import { logLine, logLines, logStack } from './log.ts';
import { withMeasurements } from './measurement-cache.ts';

/** What the engine made of this leg, and where it was written. */
export interface LegRun {
  readonly report: GateReport;
  readonly files: OutputFiles;
}

/**
 * Runs the engine on what the action was asked to do and writes its files into `folder`. What keeps it from beginning, the user's mistake or
 * our bug, is a report with verdict `error` too, so that the comment and the report job say why.
 */
export async function runLeg(inputs: GateInputs, context: RunContext, folder: string): Promise<LegRun> {
  const outputs = await openOutputs(folder);
  try {
    const { keep } = outputs;
    const report = inputs.cache
      ? await withMeasurements(`${inputs.leg.job}\n${inputs.leg.matrix}\n${inputs.targets.join()}`, context, (cache) =>
          judge(inputs, context, { keep, cache }),
        )
      : await judge(inputs, context, { keep });
    return { report, files: await outputs.finish(report) };
  } finally {
    await outputs.close();
  }
}

async function judge(
  inputs: GateInputs,
  context: RunContext,
  rest: Pick<GateRequest, 'cache' | 'keep'>,
): Promise<GateReport> {
  try {
    const { report } = await runGate({
      ...rest,
      directory: context.workspace,
      ...(context.eventName === ''
        ? {}
        : { event: { name: context.eventName, payload: context.payload, sha: context.sha } }),
      ...(inputs.base === null ? {} : { base: inputs.base }),
      ...(inputs.configPath === null ? {} : { configPath: inputs.configPath }),
      ...(inputs.history === null ? {} : { historyBranch: inputs.history }),
      ...(inputs.recipe === null ? {} : { recipe: inputs.recipe }),
      models: inputs.models,
      targets: inputs.targets,
      log: logLine,
    });
    return report;
  } catch (error) {
    if (error instanceof UserError) {
      logLines(error.message);
      return emptyReport(context, inputs.targets, sentencesOf(error));
    }
    logStack(error);
    const problem = `A bug in edge-ready-gate: ${messageOf(error)}`;
    return emptyReport(context, inputs.targets, [problem]);
  }
}

/** A configuration's mistakes are a problem each. */
function sentencesOf(error: UserError): readonly string[] {
  return error instanceof ConfigError ? error.message.split('\n') : [error.message];
}
