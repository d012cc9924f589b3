import { markdownTable } from 'markdown-table';
import { badness } from '../judge/worst-verdict.ts';
import type { ScheduleResult, TaskResult } from '../schedule/schedule-result.ts';
import { cell, code } from './escape.ts';
import { marks } from './marks.ts';
import { strong } from './phrase.ts';
import {
  deadlineOf,
  objectionsOf,
  scheduleFacts,
  scheduleJudgementWords,
  taskTexts,
  togetherWords,
  worstSchedulesFirst,
} from './schedule-words.ts';

const linesPerSchedule = 10;

/** Models that share one core, for the comment: which deadlines are met, and what all of them need together. At most `rows` schedules and tasks of each, worst first; without `folds` only what is not kept. */
export function schedulesSection(
  schedules: readonly ScheduleResult[],
  { rows, folds }: { readonly rows: number; readonly folds: boolean },
): string {
  const told = worstSchedulesFirst(schedules).filter(({ verdict }) => folds || verdict !== 'pass');
  const shown = told.slice(0, rows);
  const rest = told.length - shown.length;
  return [
    ...shown.map((schedule) => scheduleText(schedule, rows)),
    ...(rest > 0 ? [`… and ${rest} more ${rest === 1 ? 'schedule' : 'schedules'}`] : []),
  ].join('\n\n');
}

function scheduleText(schedule: ScheduleResult, rows: number): string {
  const { verdict, target, problems, rule, origin } = schedule;
  const isNew = rule === 'new' ? ', new in this pull request' : '';
  const title = `${marks[verdict]} Schedule of ${strong(target)}`;
  const facts = `${cell(scheduleFacts(schedule))} (${code(origin)}${isNew})`;
  const together = togetherWords(schedule);
  const table = taskTable(schedule, rows);
  if (verdict === 'pass') {
    const lines = [
      `${title}: all deadlines are met; ${facts}.`,
      ...(together === '' ? [] : [`All models: ${cell(together)}.`]),
    ];
    return `<details><summary>${marks.pass} Schedule of ${strongHtml(target)}: all deadlines are met</summary>\n\n${lines.join(' ')}\n\n${table}\n\n</details>`;
  }
  const objections = objectionsOf(schedule);
  const lines = [
    ...problems.map((problem) => `- ${marks.error} ${cell(problem)}`),
    ...objections.map((judgement) => `- ${marks[judgement.verdict]} ${cell(scheduleJudgementWords(judgement), 2000)}`),
  ];
  const more = lines.length - linesPerSchedule;
  return [
    `#### ${title}`,
    `${facts}${together === '' ? '' : `. All models: ${cell(together)}`}.`,
    table,
    [...lines.slice(0, linesPerSchedule), ...(more > 0 ? [`- … ${more} more`] : [])].join('\n'),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

/** In a summary Markdown does not count. */
function strongHtml(name: string): string {
  return strong(name)
    .replace(/^\*\*(.*)\*\*$/, '<b>$1</b>')
    .replace(/^`(.*)`$/, '<code>$1</code>');
}

function taskTable(schedule: ScheduleResult, rows: number): string {
  const verdictOf = (task: TaskResult) => deadlineOf(schedule, task)?.verdict;
  const order = (task: TaskResult) => badness(verdictOf(task) ?? 'pass');
  const tasks = schedule.tasks.toSorted((left, right) => order(right) - order(left));
  const shown = tasks.slice(0, rows);
  const rest = tasks.length - shown.length;
  const was = (before: string) => (before === '' ? '' : `<br>${before.replaceAll(' ', '\u00a0')} before`);
  const body = shown.map((task) => {
    const { every, deadline, takes, response, tookBefore, responseBefore } = taskTexts(task, schedule);
    const verdict = verdictOf(task);
    const state = task.head === null && task.base !== null ? '<br>removed' : '';
    return [
      `${verdict === undefined ? '' : `${marks[verdict]}\u00a0`}${code(task.name)}${state}`,
      every,
      deadline,
      `${takes}${was(tookBefore)}`,
      `${response}${was(responseBefore)}`,
    ];
  });
  if (body.length === 0) return '';
  const table = markdownTable([['Task', 'Every', 'Deadline', 'Takes', 'Done at worst after'], ...body], {
    align: ['l', 'r', 'r', 'r', 'r'],
    alignDelimiters: false,
  });
  return rest > 0 ? `${table}\n\n… and ${rest} more tasks` : table;
}
