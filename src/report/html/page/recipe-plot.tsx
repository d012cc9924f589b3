import * as Plot from '@observablehq/plot';
import { useMemo, useState } from 'preact/hooks';
import { formatValue } from '../../../basics/format.ts';
import type { Comparison } from '../../../judge/comparison.ts';
import { metricWords } from '../../../judge/metric-words.ts';
import { Chart } from './chart.tsx';
import { Choices } from './choices.tsx';
import { Table } from './table.tsx';

const costs = ['peakRam', 'flash', 'latency', 'energy'] as const;
type Cost = (typeof costs)[number];

interface Point {
  readonly name: string;
  readonly cost: number;
  readonly accuracy: number;
  readonly isOnFront: boolean;
}

/** Every way in which the model was made for the target, accuracy over a cost; those that no other one beats in both are filled. */
export function RecipePlot({ comparison }: { readonly comparison: Comparison }) {
  const [cost, setCost] = useState<Cost>('peakRam');
  const points = useMemo(() => pointsOf(comparison, cost), [comparison, cost]);
  const { quantity, title } = metricWords[cost];
  const draw = useMemo(
    () => (width: number) =>
      Plot.plot({
        width,
        height: 280,
        marginLeft: 60,
        marginRight: 150,
        inset: 20,
        x: { label: title, tickFormat: (value: number) => formatValue(value, quantity), ticks: 4, grid: true },
        y: { label: 'accuracy', tickFormat: (value: number) => formatValue(value, 'ratio'), ticks: 5, grid: true },
        marks: [
          Plot.line(
            points.filter(({ isOnFront }) => isOnFront),
            { x: 'cost', y: 'accuracy', sort: 'cost', stroke: 'var(--accent)', strokeDasharray: '4 3' },
          ),
          Plot.dot(points, {
            x: 'cost',
            y: 'accuracy',
            r: 6,
            stroke: 'var(--accent)',
            fill: ({ isOnFront }: Point) => (isOnFront ? 'var(--accent)' : 'transparent'),
            title: ({ name, cost: value, accuracy }: Point) =>
              `${name}\n${formatValue(value, quantity)}, ${formatValue(accuracy, 'ratio')}`,
            tip: true,
          }),
          Plot.text(apart(points), { x: 'cost', y: 'accuracy', text: 'name', dx: 10, dy: 4, textAnchor: 'start' }),
        ],
      }),
    [points, quantity, title],
  );
  if (points.length < 2) return null;
  return (
    <section aria-labelledby="recipes">
      <h3 id="recipes">Recipes</h3>
      <Choices
        label="Cost of a recipe"
        names={costs}
        titleOf={(name) => metricWords[name].title}
        chosen={cost}
        onChoose={setCost}
      />
      <Chart title={`Accuracy over ${title}`} note="filled where nothing else is better in both" draw={draw}>
        <Table
          columns={[{ title: 'Made by' }, { title, isNumber: true }, { title: 'accuracy', isNumber: true }]}
          rows={points.map((point) => [
            point.name,
            formatValue(point.cost, quantity),
            formatValue(point.accuracy, 'ratio'),
          ])}
        />
      </Chart>
    </section>
  );
}

/** Points whose names do not lie on one another, those on the front before others; the table has all names. */
function apart(points: readonly Point[]): readonly Point[] {
  const spread = (values: readonly number[]) => Math.max(...values) - Math.min(...values) || 1;
  const [width, height] = [spread(points.map(({ cost }) => cost)), spread(points.map(({ accuracy }) => accuracy))];
  const named: Point[] = [];
  for (const point of points.toSorted((one, other) => Number(other.isOnFront) - Number(one.isOnFront))) {
    const isFree = named.every(
      ({ cost, accuracy }) =>
        Math.abs(accuracy - point.accuracy) / height > 0.07 || Math.abs(cost - point.cost) / width > 0.35,
    );
    if (isFree) named.push(point);
  }
  return named;
}

function pointsOf({ base, head, saving, attempts }: Comparison, cost: Cost): readonly Point[] {
  const sides = [
    { name: `base (${base?.artifact.recipe})`, measurement: base },
    { name: `head (${head?.artifact.recipe})`, measurement: head },
    { name: saving?.recipe ?? '', measurement: saving?.measurement ?? null },
  ];
  const plain = [
    ...sides.map(({ name, measurement }) => ({
      name,
      cost: measurement?.[cost]?.value ?? null,
      accuracy: measurement?.accuracy?.value ?? null,
    })),
    ...attempts.map((attempt) => ({
      name: `${attempt.recipe}${attempt.passes ? ' (passes)' : ''}`,
      cost: attempt[cost],
      accuracy: attempt.accuracy,
    })),
  ].flatMap(({ name, cost: value, accuracy }) =>
    value === null || accuracy === null ? [] : [{ name, cost: value, accuracy }],
  );
  const beats = (one: (typeof plain)[number], other: (typeof plain)[number]) =>
    one.cost <= other.cost &&
    one.accuracy >= other.accuracy &&
    (one.cost < other.cost || one.accuracy > other.accuracy);
  return plain.map((point) => ({ ...point, isOnFront: !plain.some((other) => beats(other, point)) }));
}
