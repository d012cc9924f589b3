import { createHash } from 'node:crypto';
import type { Log, Result } from 'sarif';
import { plain } from '../basics/plain.ts';
import type { Comparison } from '../judge/comparison.ts';
import type { ScheduleResult } from '../schedule/schedule-result.ts';
import { jsonText } from './json-text.ts';
import { judgementWords } from './judgement-words.ts';
import type { GateReport } from './report-schema.ts';
import { objectionsOf, scheduleJudgementWords } from './schedule-words.ts';

type Level = 'error' | 'warning' | 'note';

/** One objection: which rule, to what, where. */
interface Objection {
  readonly rule: string;
  readonly level: Level;
  readonly message: string;
  /** Relative to the repository, with forward slashes. */
  readonly file?: string;
  readonly line?: number;
  /** What tells it from others of the rule, whatever its figures are. */
  readonly identity: string;
}

/** A viewer shows no more of a run than this; GitHub's limit is 25,000. */
const resultsLimit = 5000;

/**
 * The report as SARIF 2.1.0 (docs.oasis-open.org/sarif/sarif/v2.1.0), for code scanning and other systems that show it: one result for each budget
 * that is not kept, each finding about a model, and whatever could not be judged.
 */
export function renderSarif(report: GateReport): string {
  const objections = allObjections(report).slice(0, resultsLimit);
  const rules = [...new Set(objections.map(({ rule }) => rule))].sort();
  const log: Log = {
    $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'edge-ready-gate',
            version: report.gate,
            rules: rules.map((id) => ({ id, shortDescription: { text: id.replaceAll('-', ' ') } })),
          },
        },
        invocations: [{ executionSuccessful: report.verdict !== 'error' }],
        columnKind: 'utf16CodeUnits',
        results: objections.map((objection) => resultOf(objection, rules)),
      },
    ],
  };
  return jsonText(log);
}

function resultOf({ rule, level, message, file, line, identity }: Objection, rules: readonly string[]): Result {
  const region = line === undefined ? {} : { region: { startLine: line } };
  const location = { physicalLocation: { artifactLocation: { uri: uriOf(file ?? '') }, ...region } };
  const fingerprint = createHash('sha256').update(`${rule}\0${identity}`).digest('hex');
  return {
    ruleId: rule,
    ruleIndex: rules.indexOf(rule),
    level,
    message: { text: messageText(message) },
    ...(file === undefined ? {} : { locations: [location] }),
    partialFingerprints: { 'edgeReady/v1': fingerprint },
  };
}

/** Plain text of one line. Brackets are escaped, as they make links; braces are doubled, as they make placeholders (SARIF 2.1.0, 3.11.4 to 3.11.6). */
function messageText(message: string): string {
  return plain(message, 1000)
    .replace(/[[\]\\]/g, '\\$&')
    .replace(/[{}]/g, '$&$&');
}

/** A path as a relative URI reference: what has a meaning there is percent-encoded, a colon in its first segment too. */
export function uriOf(file: string): string {
  return file
    .split('/')
    .map((segment) => encodeURIComponent(segment.replace(/\p{Cs}/gu, '\ufffd')))
    .join('/');
}

function allObjections(report: GateReport): readonly Objection[] {
  return [
    ...report.problems.map(
      (problem): Objection => ({
        rule: 'not-judged',
        level: 'error',
        message: problem,
        identity: problem,
        ...(report.configPath !== null && problem.includes(report.configPath) ? { file: report.configPath } : {}),
      }),
    ),
    ...report.comparisons.flatMap((comparison) => comparisonObjections(report, comparison)),
    ...report.schedules.flatMap((schedule) => scheduleObjections(report, schedule)),
  ];
}

function scheduleObjections({ configPath }: GateReport, schedule: ScheduleResult): readonly Objection[] {
  const place = `schedule of ${schedule.target}`;
  const { line } = schedule;
  const at = configPath === null ? {} : { file: configPath, ...(line === undefined ? {} : { line }) };
  return [
    ...schedule.problems.map(
      (problem): Objection => ({
        rule: 'not-judged',
        level: 'error',
        message: `${place}: ${problem}`,
        identity: `${place}\0${problem}`,
        ...at,
      }),
    ),
    ...objectionsOf(schedule).map(
      (judgement): Objection => ({
        rule: `schedule-${judgement.about}`,
        level: judgement.verdict === 'warn' ? 'warning' : 'error',
        message: `${place}: ${scheduleJudgementWords(judgement)}`,
        identity: `${place}\0${judgement.task ?? ''}`,
        ...at,
      }),
    ),
  ];
}

function comparisonObjections({ configPath }: GateReport, comparison: Comparison): readonly Objection[] {
  const { model, target, problems, head, judgements } = comparison;
  const place = `${model} on ${target}`;
  const levels = { info: 'note', warning: 'warning', error: 'error' } as const;
  return [
    ...problems.map(
      (problem): Objection => ({
        rule: 'not-judged',
        level: 'error',
        message: `${place}: ${problem}`,
        file: model,
        identity: `${place}\0${problem}`,
      }),
    ),
    ...(head?.findings ?? []).map(
      ({ code, severity, message, where }): Objection => ({
        rule: code,
        level: levels[severity],
        message: `${place}: ${where === undefined ? '' : `${where}: `}${message}`,
        file: model,
        identity: `${place}\0${where ?? ''}`,
      }),
    ),
    ...judgements
      .filter(({ verdict }) => verdict !== 'pass')
      .map((judgement): Objection => {
        const { budget, verdict } = judgement;
        const isInConfig = configPath !== null && budget.line !== undefined && budget.origin.startsWith(configPath);
        return {
          rule: `budget-${budget.metric.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`,
          level: verdict === 'warn' ? 'warning' : 'error',
          message: `${place}: ${judgementWords(judgement)} (${budget.origin})`,
          identity: `${place}\0${budget.limit.kind}`,
          ...(isInConfig && budget.line !== undefined ? { file: configPath, line: budget.line } : { file: model }),
        };
      }),
  ];
}
