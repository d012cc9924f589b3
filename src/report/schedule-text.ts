import { formatValue } from '../basics/format.ts';
import { plain } from '../basics/plain.ts';
import type { ScheduleResult, TaskResult } from '../schedule/schedule-result.ts';
import { paintFirstWord, paintWith, type TextOptions } from './look.ts';
import {
  deadlineOf,
  objectionsOf,
  scheduleFacts,
  scheduleJudgementWords,
  taskTexts,
  togetherWords,
} from './schedule-words.ts';
import { type Column, textTable } from './text-table.ts';
import { wrapLine } from './wrap.ts';

/** A schedule for a terminal: a line per task, what all models need together, what is not kept. Without a new line at its end. */
export function renderScheduleText(schedule: ScheduleResult, options: TextOptions = {}): string {
  const right = { align: 'right' } as const;
  const columns: readonly (Column & { readonly of: (task: TaskResult) => string })[] = [
    { title: '', of: (task) => deadlineOf(schedule, task)?.verdict ?? '' },
    { title: 'Task', flexible: true, of: ({ name }) => name },
    { title: 'Every', ...right, of: (task) => taskTexts(task, schedule).every },
    { title: 'Deadline', ...right, of: (task) => taskTexts(task, schedule).deadline },
    { title: 'Jitter', ...right, of: ({ jitter }) => (jitter === 0 ? '' : formatValue(jitter, 'ms')) },
    { title: 'Takes', ...right, of: (task) => taskTexts(task, schedule).takes },
    { title: 'before', ...right, optional: 2, of: (task) => taskTexts(task, schedule).tookBefore },
    { title: 'Done at worst after', ...right, of: (task) => taskTexts(task, schedule).response },
    { title: 'before', ...right, optional: 1, of: (task) => taskTexts(task, schedule).responseBefore },
  ];
  const used = columns.filter(({ of }) => schedule.tasks.some((task) => of(task) !== ''));
  const table = textTable(
    used,
    schedule.tasks.map((task) => used.map(({ of }) => of(task))),
    options,
  );
  const together = togetherWords(schedule);
  const paint = paintWith(options);
  const line = (text: string) => paintFirstWord(paint, wrapLine(text, options));
  return [
    line(
      `${schedule.verdict}: schedule of ${plain(schedule.target, 80)} (${plain(schedule.origin, 200)}): ${scheduleFacts(schedule)}`,
    ),
    table,
    ...(together === '' ? [] : [line(`All models: ${together}`)]),
    ...schedule.problems.map((problem) => line(`error: ${plain(problem, 600)}`)),
    ...objectionsOf(schedule).map((judgement) =>
      line(`${judgement.verdict}: ${plain(scheduleJudgementWords(judgement), 1000)}`),
    ),
  ].join('\n');
}
