import * as Plot from '@observablehq/plot';
import { useMemo, useState } from 'preact/hooks';
import { formatValue } from '../../../basics/format.ts';
import { layerLabel } from '../../../graph/layer-label.ts';
import type { Layer, Measurement } from '../../../measurement/measurement.ts';
import { Chart } from './chart.tsx';
import { Choices } from './choices.tsx';
import { Table } from './table.tsx';

const costs = {
  latency: { title: 'Latency', quantity: 'ms', of: (layer: Layer) => layer.latency },
  energy: { title: 'Energy', quantity: 'mJ', of: (layer: Layer) => layer.energy },
  macs: { title: 'Multiply-accumulates', quantity: 'count', of: (layer: Layer) => layer.macs },
} as const;
type CostName = keyof typeof costs;

/** Rows shown before somebody asks for all. */
const shownAtFirst = 30;

const unitColours = { cpu: 'var(--cpu)', npu: 'var(--npu)', gpu: 'var(--npu)' } as const;

interface Bar {
  readonly key: string;
  readonly label: string;
  readonly layer: Layer;
  readonly value: number;
  /** The base's layer of the same name. */
  readonly before: number | null;
  readonly isFallback: boolean;
}

/** What each operator of the head costs, in the order in which they run, a tick for the base's of the same name; what falls back to the CPU is marked. */
export function LayerCosts({ head, base }: { readonly head: Measurement; readonly base: Measurement | null }) {
  const available = (Object.keys(costs) as CostName[]).filter((name) =>
    head.layers.some((layer) => (costs[name].of(layer) ?? 0) > 0),
  );
  const [asked, setAsked] = useState<CostName>('latency');
  const [all, setAll] = useState(false);
  const name = available.includes(asked) ? asked : available[0];
  const bars = useMemo(() => (name === undefined ? [] : barsOf(head, base, name)), [head, base, name]);
  const shown = useMemo(() => (all ? bars : costliest(bars, shownAtFirst)), [bars, all]);
  if (name === undefined || bars.length === 0) return null;
  const { title, quantity } = costs[name];
  return (
    <section aria-labelledby="costs">
      <h3 id="costs">Layer by layer</h3>
      <Choices
        label="Cost of an operator"
        names={available}
        titleOf={(each) => costs[each].title}
        chosen={name}
        onChoose={setAsked}
      />
      {bars.length <= shownAtFirst ? null : (
        <Choices
          label="Operators"
          names={['largest', 'all']}
          titleOf={(each) => (each === 'all' ? `All ${bars.length}` : `The ${shownAtFirst} largest`)}
          chosen={all ? 'all' : 'largest'}
          onChoose={(each) => setAll(each === 'all')}
        />
      )}
      <CostChart title={title} quantity={quantity} shown={shown} head={head} />
    </section>
  );
}

interface CostChartProps {
  readonly title: string;
  readonly quantity: 'ms' | 'mJ' | 'count';
  readonly shown: readonly Bar[];
  readonly head: Measurement;
}

function CostChart({ title, quantity, shown, head }: CostChartProps) {
  const labels = new Map(shown.map(({ key, label }) => [key, label]));
  const draw = useMemo(
    () => (width: number) =>
      Plot.plot({
        width,
        height: 40 + 20 * shown.length,
        marginLeft: Math.min(260, width * 0.4),
        marginRight: 40,
        x: {
          label: null,
          axis: 'top',
          grid: true,
          tickFormat: (value: number) => formatValue(value, quantity),
          ticks: 5,
        },
        y: {
          label: null,
          domain: shown.map(({ key }) => key),
          tickFormat: (key: string) => labels.get(key) ?? key,
          tickSize: 0,
        },
        marks: [
          Plot.barX(shown, {
            x: 'value',
            y: 'key',
            fill: ({ layer }: Bar) => unitColours[layer.unit],
            title: (bar: Bar) => tipOf(bar, quantity),
            tip: true,
          }),
          Plot.tickX(
            shown.filter(({ before }) => before !== null),
            { x: 'before', y: 'key', stroke: 'currentColor', strokeWidth: 2 },
          ),
          Plot.text(
            shown.filter(({ isFallback }) => isFallback),
            { x: 'value', y: 'key', text: () => '◆ CPU', dx: 4, textAnchor: 'start', fill: 'var(--bad)' },
          ),
        ],
      }),
    [shown, quantity, labels],
  );
  const units = [...new Set(head.layers.map(({ unit }) => unit.toUpperCase()))].join(' and ');
  return (
    <Chart title={title} note={`run by the ${units}; the upright line is the base`} draw={draw}>
      <Table
        columns={[
          { title: 'Operator' },
          { title: 'Unit' },
          { title: 'Output' },
          { title: 'Base', isNumber: true },
          { title: 'Head', isNumber: true },
        ]}
        rows={shown.map(({ label, layer, value, before, isFallback }) => [
          label,
          `${layer.unit.toUpperCase()}${isFallback ? ' (fallback)' : ''}`,
          layer.outputShape?.join('×') ?? '',
          before === null ? '–' : formatValue(before, quantity),
          formatValue(value, quantity),
        ])}
      />
    </Chart>
  );
}

function barsOf(head: Measurement, base: Measurement | null, name: CostName): readonly Bar[] {
  const { of } = costs[name];
  const before = new Map(base?.layers.map((layer) => [layer.name, of(layer)]));
  return head.layers.map(
    (layer): Bar => ({
      key: String(layer.index),
      label: shorten(`${layerLabel(layer.name)} ${layer.type}`),
      layer,
      value: of(layer) ?? 0,
      before: before.get(layer.name) ?? null,
      isFallback: head.acceleration !== null && layer.unit === 'cpu',
    }),
  );
}

/** The largest, in the order in which they run. */
function costliest(bars: readonly Bar[], count: number): readonly Bar[] {
  const kept = new Set([...bars].sort((left, right) => right.value - left.value).slice(0, count));
  return bars.filter((bar) => kept.has(bar));
}

function shorten(text: string): string {
  return text.length <= 36 ? text : `…${text.slice(-35)}`;
}

function tipOf({ layer, value, before }: Bar, quantity: 'ms' | 'mJ' | 'count'): string {
  const lines = [
    `${layerLabel(layer.name)} (${layer.type})`,
    `${formatValue(value, quantity)}${before === null ? '' : `, base ${formatValue(before, quantity)}`}`,
    `${formatValue(layer.macs, 'count')} MACs, ${layer.outputType ?? ''} ${layer.outputShape?.join('×') ?? ''}`,
  ];
  return lines.join('\n');
}
