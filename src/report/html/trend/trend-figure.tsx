import { scaleLinear, scaleUtc } from 'd3-scale';
import { curveStepAfter, line } from 'd3-shape';
import { formatDifference, formatValue } from '../../../basics/format.ts';
import { metricWords } from '../../../judge/metric-words.ts';
import type { MetricName } from '../../../measurement/metric-names.ts';
import { dayOf, shortId } from '../../history-words.ts';
import { Scrolled } from '../page/scrolled.tsx';
import { Table } from '../page/table.tsx';
import type { TrendData, TrendValue } from '../trend-data.ts';

const [width, height] = [480, 170];
const margin = { top: 10, right: 12, bottom: 22, left: 66 };

interface Props extends Pick<TrendData, 'commits' | 'commitAddress'> {
  readonly name: MetricName;
  readonly model: string;
  readonly target: string;
  readonly values: readonly TrendValue[];
}

/** A recorded value with its commit and how it came about. */
interface Dot {
  readonly id: string;
  readonly seconds: number;
  readonly subject: string;
  readonly value: number;
  readonly shown: string;
  /** What it moved the value by; nothing for the first, and where it stayed. */
  readonly change: string;
}

/** One metric of a model on a target over time: a value holds until a commit moves it. Points are links to their commits; the same stands below as a table. */
export function TrendFigure({ name, model, target, values, commits, commitAddress }: Props) {
  const dots = dotsOf(values, commits, name);
  const { quantity } = metricWords[name];
  const times = commits.map(([, seconds]) => seconds * 1000);
  // One span for all figures, so that they can be read side by side.
  const x = scaleUtc(rangeOf(times, 86_400_000), [margin.left, width - margin.right]);
  const most = Math.max(...dots.map(({ value }) => value));
  const unit = quantity === 'B' ? 1024 ** Math.min(2, Math.floor(Math.log2(Math.max(1, most)) / 10)) : 1;
  const y = scaleLinear(
    rangeOf(
      dots.map(({ value }) => value / unit),
      1,
    ),
    [height - margin.bottom, margin.top],
  ).nice(3);
  const days = x.ticks(4);
  const dayText = x.tickFormat(4);
  const step = line<Dot>(
    (dot) => x(dot.seconds * 1000),
    (dot) => y(dot.value / unit),
  ).curve(curveStepAfter);
  const last = dots.at(-1);
  const moved = dots.findLast(({ change }) => change !== '');
  return (
    <figure>
      <figcaption>
        <h2>
          {model} on {target}
        </h2>
        now {last?.shown}
        {moved === undefined ? (
          ''
        ) : (
          <>
            , last moved by <CommitLink id={moved.id} address={commitAddress} /> “{moved.subject}”, {moved.change}
          </>
        )}
      </figcaption>
      {/* biome-ignore lint/a11y/useSemanticElements: a drawing is no fieldset */}
      <svg
        viewBox={`0 0 ${width} ${height}`}
        role="group"
        aria-label={`${metricWords[name].title} of ${model} on ${target}`}
      >
        {y.ticks(3).map((tick) => (
          <g key={tick}>
            <line class="axis" x1={margin.left} x2={width - margin.right} y1={y(tick)} y2={y(tick)} />
            <text class="quiet" x={margin.left - 8} y={y(tick)} dy="0.32em" text-anchor="end">
              {formatValue(tick * unit, quantity)}
            </text>
          </g>
        ))}
        {days.map((day) => (
          <text key={+day} class="quiet" x={x(day)} y={height - 6} text-anchor="middle">
            {dayText(day)}
          </text>
        ))}
        <path class="step" d={`${step(dots) ?? ''}H${width - margin.right}`} />
        {dots.map((dot) => (
          <Mark key={dot.id} dot={dot} x={x(dot.seconds * 1000)} y={y(dot.value / unit)} address={commitAddress} />
        ))}
      </svg>
      <details>
        <summary>
          {dots.length} {dots.length === 1 ? 'commit' : 'commits'} as a table
        </summary>
        <Scrolled label={`${model} on ${target} as a table`}>
          <Table
            columns={[
              { title: 'Commit' },
              { title: 'Date' },
              { title: 'Subject' },
              { title: 'Value', isNumber: true },
              { title: 'Change', isNumber: true },
            ]}
            rows={dots
              .toReversed()
              .map(({ id, seconds, subject, shown, change }) => [
                <CommitLink key={id} id={id} address={commitAddress} />,
                dayOf(seconds),
                subject,
                shown,
                change,
              ])}
          />
        </Scrolled>
      </details>
    </figure>
  );
}

function Mark({
  dot,
  x,
  y,
  address,
}: {
  readonly dot: Dot;
  readonly x: number;
  readonly y: number;
  readonly address: string | null;
}) {
  const { id, seconds, subject, shown, change } = dot;
  const words = `${dayOf(seconds)} ${shortId(id)} ${subject}: ${shown}${change === '' ? '' : `, ${change}`}`;
  const circle = (
    <circle cx={x} cy={y} r={4}>
      <title>{words}</title>
    </circle>
  );
  const kind = change === '' ? '' : 'moved';
  return address === null ? (
    <g class={kind}>{circle}</g>
  ) : (
    <a class={kind} href={`${address}${id}`} aria-label={words}>
      {circle}
    </a>
  );
}

function CommitLink({ id, address }: { readonly id: string; readonly address: string | null }) {
  return address === null ? <code>{shortId(id)}</code> : <a href={`${address}${id}`}>{shortId(id)}</a>;
}

function dotsOf(values: readonly TrendValue[], commits: TrendData['commits'], name: MetricName): readonly Dot[] {
  const { quantity } = metricWords[name];
  return values.flatMap(([place, value, isEstimate], index) => {
    const [id, seconds, subject] = commits[place] ?? [];
    if (id === undefined || seconds === undefined || subject === undefined) return [];
    const difference = value - (values[index - 1]?.[1] ?? value);
    const change = difference === 0 ? '' : formatDifference(difference, quantity);
    return [
      { id, seconds, subject, value, shown: `${isEstimate === 1 ? '≈ ' : ''}${formatValue(value, quantity)}`, change },
    ];
  });
}

/** The least and the most, with room around them where they are the same. */
function rangeOf(values: readonly number[], room: number): readonly [number, number] {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return low === high ? [low - room, high + room] : [low, high];
}
