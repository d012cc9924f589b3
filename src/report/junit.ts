import { plain } from '../basics/plain.ts';
import type { Comparison, Judgement, Verdict } from '../judge/comparison.ts';
import type { ScheduleResult } from '../schedule/schedule-result.ts';
import { groupFindings } from './group-findings.ts';
import { headline } from './headline.ts';
import { judgementWords } from './judgement-words.ts';
import type { GateReport } from './report-schema.ts';
import { scheduleJudgementWords } from './schedule-words.ts';

/** A test case: passed without `failure` and `error`. */
interface TestCase {
  readonly name: string;
  readonly suite: string;
  readonly failure?: string;
  readonly error?: string;
  readonly output?: string;
}

/**
 * The report as JUnit XML, which GitLab, Jenkins, Azure Pipelines and others show: a suite for each model and target, a test case for each budget.
 * A broken budget of level `error` is a failure, one of level `warn` a passed case that says so; what could not be judged is an error.
 */
export function renderJunit(report: GateReport): string {
  const suites = [
    ...(report.problems.length === 0 ? [] : [suite('edge-ready-gate', report.problems.map(runError))]),
    ...report.comparisons.map((comparison) => suite(suiteName(comparison), casesOf(comparison))),
    ...report.schedules.map((schedule) => suite(`schedule of ${schedule.target}`, scheduleCases(schedule))),
  ];
  const all = suites.flatMap(({ cases }) => cases);
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="${attribute(`edge-ready-gate: ${headline(report)}`)}" ${counts(all)}>`,
    ...suites.map(({ text }) => text),
    '</testsuites>',
  ];
  return `${lines.join('\n')}\n`;
}

function suite(
  name: string,
  cases: readonly TestCase[],
): { readonly text: string; readonly cases: readonly TestCase[] } {
  const lines = [`  <testsuite name="${attribute(name)}" ${counts(cases)}>`, ...cases.map(caseText), '  </testsuite>'];
  return { text: lines.join('\n'), cases };
}

function counts(cases: readonly TestCase[]): string {
  const failures = cases.filter(({ failure }) => failure !== undefined).length;
  const errors = cases.filter(({ error }) => error !== undefined).length;
  return `tests="${cases.length}" failures="${failures}" errors="${errors}"`;
}

function suiteName({ model, target }: Comparison): string {
  return `${model} on ${target}`;
}

function runError(problem: string): TestCase {
  return { name: 'the run as a whole', suite: 'edge-ready-gate', error: problem };
}

function casesOf(comparison: Comparison): readonly TestCase[] {
  const name = suiteName(comparison);
  const errors = groupFindings((comparison.head?.findings ?? []).filter(({ severity }) => severity === 'error'));
  const measured: TestCase = {
    name: comparison.state === 'removed' ? 'removed' : 'can be measured and deployed',
    suite: name,
    ...(comparison.problems.length === 0 ? {} : { error: comparison.problems.join('\n') }),
    ...(comparison.problems.length > 0 || errors.length === 0
      ? {}
      : {
          failure: errors
            .map(({ message, where }) => (where === undefined ? message : `${where}: ${message}`))
            .join('\n'),
        }),
  };
  return [measured, ...comparison.judgements.map((judgement) => judgementCase(name, judgement))];
}

function scheduleCases({ target, judgements, problems }: ScheduleResult): readonly TestCase[] {
  const name = `schedule of ${target}`;
  const measured: TestCase = {
    name: 'can be judged',
    suite: name,
    ...(problems.length === 0 ? {} : { error: problems.join('\n') }),
  };
  const cases = judgements.map((judgement): TestCase => {
    const { about, task, verdict } = judgement;
    return {
      name: task === undefined ? about : `${about} of ${task}`,
      suite: name,
      ...resultOf(verdict, scheduleJudgementWords(judgement)),
    };
  });
  return [measured, ...cases];
}

/** What comes of a verdict: what warns has passed and says so. */
function resultOf(verdict: Verdict, words: string): Pick<TestCase, 'failure' | 'error' | 'output'> {
  return verdict === 'fail' ? { failure: words } : verdict === 'error' ? { error: words } : { output: words };
}

function judgementCase(suiteOf: string, judgement: Judgement): TestCase {
  const { budget, verdict } = judgement;
  const result = resultOf(verdict, judgementWords(judgement));
  return { name: `${budget.metric} ${budget.limit.kind} (${budget.origin})`, suite: suiteOf, ...result };
}

function caseText({ name, suite: className, failure, error, output }: TestCase): string {
  const start = `    <testcase name="${attribute(name)}" classname="${attribute(className)}" time="0"`;
  if (failure !== undefined) return `${start}>${problem('failure', failure)}</testcase>`;
  if (error !== undefined) return `${start}>${problem('error', error)}</testcase>`;
  return output === undefined ? `${start}/>` : `${start}><system-out>${content(output)}</system-out></testcase>`;
}

function problem(element: 'failure' | 'error', text: string): string {
  const [first = ''] = text.split('\n');
  return `<${element} message="${attribute(first)}">${text.split('\n').map(content).join('\n')}</${element}>`;
}

/** Text of one line without the characters that XML 1.0 has no way to write, nor those that reorder what is shown. */
function content(text: string): string {
  return plain(text)
    .replace(/[&<>]/g, reference)
    .replace(/[\ufffe\uffff]/g, '\ufffd');
}

function attribute(text: string): string {
  return content(text).replace(/["']/g, reference);
}

function reference(character: string): string {
  return `&#${character.charCodeAt(0)};`;
}
