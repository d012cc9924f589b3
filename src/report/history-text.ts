import { plain } from '../basics/plain.ts';
import { lastMove, type Point, pointsOf, type Series } from '../history/series.ts';
import { sparkline } from '../history/sparkline.ts';
import { type MetricName, metricNames } from '../measurement/metric-names.ts';
import { valueWords } from './change-words.ts';
import { titleOf } from './comment-table.ts';
import { dayOf, moveReason, moveValues, pointChange, shortId } from './history-words.ts';
import { paintWith, type TextOptions } from './look.ts';
import { textTable } from './text-table.ts';

/** What is asked of a history. */
export interface HistoryView {
  readonly series: readonly Series[];
  /** The metrics whose commits are listed; without any, each metric is one row. */
  readonly metrics: readonly MetricName[];
  /** Where the words begin: `v1.2.0`, with the time of its commit. What was in force then is the first value. */
  readonly since?: { readonly label: string; readonly time: number };
}

/** A history for a terminal: a row for every metric of every model and target, or the commits of the metrics that were asked for. Ends with a new line. */
export function renderHistoryText(view: HistoryView, options: TextOptions = {}): string {
  const parts =
    view.metrics.length === 0
      ? view.series.map((series) => overview(series, view, options))
      : view.series.flatMap((series) => view.metrics.map((name) => commits(series, name, view, options)));
  const shown = parts.filter((part) => part !== '');
  return shown.length === 0 ? 'Nothing is recorded of that.\n' : `${shown.join('\n\n')}\n`;
}

/** The points from a moment on, and before them the one that was in force. */
export function pointsSince(points: readonly Point[], time: number | undefined): readonly Point[] {
  if (time === undefined) return points;
  const first = points.findIndex(({ line }) => line.time > time);
  return points.slice(Math.max(0, (first < 0 ? points.length : first) - 1));
}

function overview(one: Series, { since }: HistoryView, options: TextOptions): string {
  const rows = metricNames.flatMap((name) => {
    const points = pointsSince(pointsOf(one, name), since?.time);
    const last = points.at(-1);
    if (last === undefined) return [];
    const bars = sparkline(points.map(({ metric }) => metric.value));
    return [[titleOf(name), bars, valueWords(last.metric, name), movedWords(points, name)]];
  });
  if (rows.length === 0) return '';
  const table = textTable(
    [
      { title: 'Metric' },
      { title: since === undefined ? 'History' : `Since ${plain(since.label, 30)}` },
      { title: 'Now', align: 'right' },
      { title: 'Last moved by', wrap: true },
    ],
    rows,
    options,
  );
  return `${titled(plain(one.model, 80), plain(one.target, 60), options)}\n${table}`;
}

function movedWords(points: readonly Point[], name: MetricName): string {
  const move = lastMove(points);
  if (move === undefined) return points.length === 1 ? 'recorded once' : `nothing in ${points.length} commits`;
  const { line } = move;
  const reason = moveReason(move);
  return `${shortId(line.commit)} ${dayOf(line.time)} ${moveValues(move, name)}: ${plain(line.subject, 80)}${reason === '' ? '' : ` (${plain(reason, 100)})`}`;
}

function commits(series: Series, name: MetricName, { since }: HistoryView, options: TextOptions): string {
  const points = pointsSince(pointsOf(series, name), since?.time);
  const last = points.at(-1);
  if (last === undefined) return '';
  const bars = sparkline(
    points.map(({ metric }) => metric.value),
    Math.max(12, (options.width ?? 100) - 4),
  );
  const title = `${titleOf(name)} of ${titled(plain(series.model, 60), plain(series.target, 40), options)}${since === undefined ? '' : ` since ${plain(since.label, 60)}`}`;
  const table = textTable(
    [
      { title: 'Commit' },
      { title: 'Date' },
      { title: 'Subject', flexible: true },
      { title: 'Value', align: 'right' },
      { title: 'Change', align: 'right' },
    ],
    points
      .toReversed()
      .map((point) => [
        shortId(point.line.commit),
        dayOf(point.line.time),
        point.line.subject,
        valueWords(point.metric, name),
        pointChange(point, name),
      ]),
    options,
  );
  const moved = lastMove(points);
  return [title, `  ${bars}`, table, moved === undefined ? '' : `Last moved by ${movedWords(points, name)}`]
    .filter((part) => part !== '')
    .join('\n');
}

function titled(model: string, target: string, options: TextOptions): string {
  return `${paintWith(options)('strong', model)} on ${target}`;
}
