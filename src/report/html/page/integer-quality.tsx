import * as Plot from '@observablehq/plot';
import { useMemo } from 'preact/hooks';
import { layerLabel } from '../../../graph/layer-label.ts';
import type { Layer, Measurement } from '../../../measurement/measurement.ts';
import { Chart } from './chart.tsx';
import { Scrolled } from './scrolled.tsx';
import { Table } from './table.tsx';

interface Row {
  readonly key: string;
  readonly label: string;
  readonly layer: Layer;
  readonly decibels: number;
  readonly before: number | null;
}

/** How far the integers are from the float model after each operator, and what they can stand for. */
export function IntegerQuality({ head, base }: { readonly head: Measurement; readonly base: Measurement | null }) {
  const rows = useMemo(() => rowsOf(head, base), [head, base]);
  const ranged = head.layers.filter(({ outputRange, weightRange }) => (outputRange ?? weightRange) !== undefined);
  const draw = useMemo(
    () => (width: number) =>
      Plot.plot({
        width,
        height: 54 + 20 * rows.length,
        marginLeft: Math.min(260, width * 0.4),
        marginTop: 44,
        x: { label: 'dB of signal to noise', labelOffset: 40, axis: 'top', grid: true, zero: true },
        y: {
          label: null,
          domain: rows.map(({ key }) => key),
          tickFormat: (key: string) => rows.find((row) => row.key === key)?.label ?? key,
          tickSize: 0,
        },
        marks: [
          Plot.ruleY(rows, { x: 'decibels', y: 'key', stroke: 'var(--line)', strokeWidth: 2 }),
          Plot.dot(rows, {
            x: 'decibels',
            y: 'key',
            r: 5,
            fill: 'var(--accent)',
            title: ({ label, decibels }: Row) => `${label}\n${decibels.toFixed(1)} dB`,
            tip: true,
          }),
          Plot.tickX(
            rows.filter(({ before }) => before !== null),
            { x: 'before', y: 'key', stroke: 'currentColor', strokeWidth: 2 },
          ),
        ],
      }),
    [rows],
  );
  if (rows.length === 0 && ranged.length === 0) return null;
  const columns = [
    { title: 'Operator' },
    { title: 'Integers' },
    { title: 'Output range', isNumber: true },
    { title: 'Weight range', isNumber: true },
    { title: 'Signal to noise', isNumber: true },
  ];
  const table = (
    <Table
      columns={columns}
      rows={(ranged.length > 0 ? ranged : rows.map(({ layer }) => layer)).map((layer) => [
        `${layerLabel(layer.name)} ${layer.type}`,
        layer.outputType ?? '',
        rangeWords(layer.outputRange),
        rangeWords(layer.weightRange),
        layer.decibels === undefined ? '–' : `${layer.decibels.toFixed(1)} dB`,
      ])}
    />
  );
  return (
    <section aria-labelledby="integers">
      <h3 id="integers">Ranges and quantisation error</h3>
      {rows.length === 0 ? (
        <details>
          <summary>What the integers of each operator can stand for</summary>
          <Scrolled label="Ranges as a table">{table}</Scrolled>
        </details>
      ) : (
        <Chart
          title="Integer against float"
          note="after each operator, on calibration samples, with all that was lost before it; further right is better, the upright line is the base"
          draw={draw}
        >
          {table}
        </Chart>
      )}
    </section>
  );
}

function rowsOf(head: Measurement, base: Measurement | null): readonly Row[] {
  const before = new Map(base?.layers.map(({ name, decibels }) => [name, decibels]));
  return head.layers.flatMap((layer): Row[] =>
    layer.decibels === undefined
      ? []
      : [
          {
            key: String(layer.index),
            label: layerLabel(layer.name),
            layer,
            decibels: layer.decibels,
            before: before.get(layer.name) ?? null,
          },
        ],
  );
}

function rangeWords(range: readonly [number, number] | undefined): string {
  if (range === undefined) return '–';
  return range.map((value) => String(Number(value.toPrecision(3))).replace('-', '−')).join(' to ');
}
