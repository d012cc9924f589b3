import { gateVersion } from '../basics/version.ts';
import type { FoundModels } from '../changes/find-models.ts';
import type { Range } from '../changes/range.ts';
import { configNotes } from '../config/notes.ts';
import type { Configs } from '../config/read-configs.ts';
import { ortFileName } from '../formats/model-file.ts';
import type { Comparison } from '../judge/comparison.ts';
import { worstVerdict } from '../judge/worst-verdict.ts';
import type { ScheduleResult } from '../schedule/schedule-result.ts';
import type { Target } from '../targets/target.ts';
import type { GateReport } from './report-schema.ts';

/** All that a report is made of. */
export interface ReportInput {
  readonly range: Range;
  readonly configs: Configs;
  readonly targets: readonly Target[];
  readonly models: FoundModels;
  readonly comparisons: readonly Comparison[];
  readonly schedules: readonly ScheduleResult[];
}

/** The report of one run. Its verdict is the worst of its comparisons and schedules, and `error` where there is no base to compare with although there should be one. */
export function buildReport({ range, configs, targets, models, comparisons, schedules }: ReportInput): GateReport {
  const problems = range.problem === undefined ? [] : [range.problem];
  const paths = models.all.map(({ path }) => path);
  const notes = [
    ...configs.notes,
    ...configNotes(configs.head ?? configs.base, paths),
    ...uncommittedNote(models),
    ...ortNote(models, comparisons),
  ];
  return {
    schemaVersion: 1,
    gate: gateVersion,
    base: range.base,
    head: range.head,
    targets: targets.map(({ name }) => name),
    comparisons: [...comparisons],
    schedules: [...schedules],
    notes: notes.slice(0, 200),
    problems,
    configPath: configs.head?.path ?? configs.base?.path ?? null,
    verdict: worstVerdict([
      ...[...comparisons, ...schedules].map(({ verdict }) => verdict),
      ...problems.map(() => 'error' as const),
    ]),
  };
}

/** What was left out for want of a target that loads it. */
function ortNote({ changed }: FoundModels, comparisons: readonly Comparison[]): readonly string[] {
  const judged = new Set(comparisons.map(({ model }) => model));
  const [first, ...rest] = changed.filter(({ path }) => ortFileName.test(path) && !judged.has(path));
  if (first === undefined) return [];
  const what = rest.length === 0 ? `${first.path} is` : `${first.path} and ${rest.length} more are`;
  return [`${what} not judged: name a target with ONNX Runtime, which alone loads .ort.`];
}

function uncommittedNote({ uncommitted: [first, ...rest] }: FoundModels): readonly string[] {
  if (first === undefined) return [];
  const what = rest.length === 0 ? `${first} is` : `${first} and ${rest.length} more are`;
  return [`${what} not committed as in the work tree; commits are what is judged.`];
}
