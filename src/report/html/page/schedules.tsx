import * as Plot from '@observablehq/plot';
import { useMemo } from 'preact/hooks';
import { formatPercent, formatValue } from '../../../basics/format.ts';
import type { ScheduleResult, TaskResult } from '../../../schedule/schedule-result.ts';
import { timelineOf } from '../../../schedule/timeline.ts';
import { marks } from '../../marks.ts';
import { togetherWords } from '../../schedule-words.ts';
import { Chart } from './chart.tsx';
import { Table } from './table.tsx';

/** Runs drawn at most. */
const mostRuns = 400;

/** Models that share a core: who is in time, and how a stretch of it looks. */
export function Schedules({ schedules }: { readonly schedules: readonly ScheduleResult[] }) {
  return (
    <>
      {schedules.map((schedule) => (
        <section key={`${schedule.target} ${schedule.origin}`} aria-label={`Schedule on ${schedule.target}`}>
          <h2>
            <span aria-hidden="true">{marks[schedule.verdict]} </span>
            One core of {schedule.target}, {schedule.tasks.length} tasks
          </h2>
          <p class="quiet">
            {schedule.policy}, {schedule.arenas} arenas
            {schedule.head.utilisation === null
              ? ''
              : `, the core is busy ${formatPercent(schedule.head.utilisation)} of the time`}{' '}
            ({schedule.origin})
          </p>
          <ul class="plain">
            {schedule.problems.map((problem) => (
              <li key={problem} class="error">
                {marks.error} {problem}
              </li>
            ))}
            {schedule.judgements.map(({ message, verdict, caution }) => (
              <li key={message}>
                {marks[verdict]} {message}
                {caution === undefined ? '' : `, ${caution}`}
              </li>
            ))}
          </ul>
          <Together schedule={schedule} />
          <Timeline schedule={schedule} />
        </section>
      ))}
    </>
  );
}

function Together({ schedule }: { readonly schedule: ScheduleResult }) {
  const words = togetherWords(schedule);
  return words === '' ? null : <p>All models: {words}</p>;
}

function Timeline({ schedule }: { readonly schedule: ScheduleResult }) {
  const known = useMemo(() => schedule.tasks.filter(({ head }) => head !== null), [schedule]);
  const drawing = useMemo(() => drawnRuns(known, schedule.policy), [known, schedule.policy]);
  const names = known.map(({ name }) => name);
  const draw = useMemo(
    () => (width: number) =>
      Plot.plot({
        width,
        height: 74 + 34 * names.length,
        marginLeft: Math.min(220, width * 0.35),
        marginBottom: 44,
        x: {
          label: 'time',
          labelOffset: 40,
          domain: [0, drawing.until],
          tickFormat: (value: number) => formatValue(value, 'ms'),
          ticks: 6,
          grid: true,
        },
        y: { label: null, domain: names, tickFormat: shorten, tickSize: 0 },
        marks: [
          Plot.barX(drawing.pieces, {
            x1: 'from',
            x2: 'to',
            y: 'name',
            fill: ({ isLate }: Piece) => (isLate ? 'var(--bad)' : 'var(--accent)'),
            title: ({ name, arrival, end, due, isLate }: Piece) =>
              `${name}\narrives at ${formatValue(arrival, 'ms')}, ends at ${formatValue(end, 'ms')}\ndue at ${formatValue(due, 'ms')}${isLate ? ': missed' : ''}`,
            tip: true,
          }),
          Plot.tickX(drawing.due, { x: 'due', y: 'name', stroke: 'currentColor', strokeDasharray: '2 2' }),
        ],
      }),
    [drawing, names],
  );
  if (known.length === 0) return null;
  const late = new Set(drawing.pieces.filter(({ isLate }) => isLate).map(({ name }) => name));
  return (
    <Chart
      title="Timeline"
      note={`as if all arrived at once; dashed: deadlines${late.size === 0 ? '' : `; red: missed by ${[...late].join(', ')}`}. The worst responses below hold for every order of arrivals`}
      draw={draw}
    >
      <Table
        columns={[
          { title: 'Task' },
          { title: 'Takes', isNumber: true },
          { title: 'Every', isNumber: true },
          { title: 'Deadline', isNumber: true },
          { title: 'Worst response, base', isNumber: true },
          { title: 'Worst response, head', isNumber: true },
        ]}
        rows={schedule.tasks.map(({ name, every, deadline, base, head }) => [
          name,
          head === null ? '–' : formatValue(head.takes.value, 'ms'),
          formatValue(every, 'ms'),
          formatValue(deadline, 'ms'),
          responseWords(base),
          responseWords(head),
        ])}
      />
    </Chart>
  );
}

function responseWords(state: TaskResult['head']): string {
  if (state === null) return '–';
  const response = state.response === null ? 'without bound' : formatValue(state.response, 'ms');
  return state.meets ? response : `${response}, missed`;
}

interface Piece {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly arrival: number;
  readonly end: number;
  readonly due: number;
  readonly isLate: boolean;
}

/** Ticks of the drawn timeline in a millisecond: what happens is worked out in whole numbers, as nothing else ends when it should. */
const ticksPerMillisecond = 1e6;

/** The first runs of every task: twice the longest period, or as much of it as has few enough of them. Times in ms. */
function drawnRuns(tasks: readonly TaskResult[], policy: ScheduleResult['policy']) {
  const perTime = tasks.reduce((sum, { every }) => sum + 1 / every, 0);
  const until = Math.min(2 * Math.max(...tasks.map(({ every }) => every)), mostRuns / perTime);
  const ticks = (milliseconds: number) => Math.round(milliseconds * ticksPerMillisecond);
  const timed = tasks.map(({ name, every, deadline, jitter, head }) => ({
    name,
    every: Math.max(1, ticks(every)),
    deadline: ticks(deadline),
    jitter: ticks(jitter),
    takes: ticks(head?.takes.value ?? 0),
  }));
  const runs = timelineOf(timed, policy, { until: ticks(until) });
  const nameOf = (index: number) => tasks[index]?.name ?? '';
  const ms = (time: number) => time / ticksPerMillisecond;
  return {
    until,
    pieces: runs
      .flatMap(({ task, arrival, due, end, pieces }) =>
        pieces.map(
          ({ from, to }): Piece => ({
            name: nameOf(task),
            from: ms(from),
            to: Math.min(ms(to), until),
            arrival: ms(arrival),
            end: ms(end),
            due: ms(due),
            isLate: end > due,
          }),
        ),
      )
      .filter(({ from }) => from < until),
    due: runs.flatMap(({ task, due }) => (ms(due) > until ? [] : [{ name: nameOf(task), due: ms(due) }])),
  };
}

function shorten(name: string): string {
  return name.length <= 30 ? name : `…${name.slice(-29)}`;
}
