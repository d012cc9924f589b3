import * as Plot from '@observablehq/plot';
import { useMemo } from 'preact/hooks';
import { formatValue } from '../../../basics/format.ts';
import { layerLabel } from '../../../graph/layer-label.ts';
import type { Comparison } from '../../../judge/comparison.ts';
import type { Measurement, MemoryPlan, PlannedBuffer } from '../../../measurement/measurement.ts';
import { livesAt, memoryPeak, ownPlanWords } from '../../memory-peak.ts';
import { Chart } from './chart.tsx';
import { Table } from './table.tsx';

/** Drawn at most, the largest first: more than a screen has pixels for. */
const mostBuffers = 1500;

interface PlanToShow {
  readonly title: string;
  readonly measurement: Measurement;
  readonly plan: MemoryPlan;
  readonly lowerBound: number;
  /** What the plan in the file comes to beside the runtime's own. */
  readonly beside?: string | undefined;
}

/**
 * The plans of base, head and what optimising would make of it, side by side on one scale; where a file carries a plan, followed by what the
 * runtime's own planner would make of the same buffers.
 */
export function MemoryMaps({ comparison }: { readonly comparison: Comparison }) {
  const plans = plansOf(comparison);
  if (plans.length === 0) return null;
  const mostBytes = Math.max(...plans.map(({ plan }) => topOf(plan)));
  return (
    <section aria-labelledby="memory">
      <h3 id="memory">Memory</h3>
      <p>
        Each box is a buffer: across the operators during which it lives, at its offset in the arena. Those that are
        alive at the peak are filled.
      </p>
      <div class="columns">
        {plans.map((plan) => (
          <MemoryMap key={plan.title} map={plan} mostBytes={mostBytes} />
        ))}
      </div>
    </section>
  );
}

function plansOf({ base, head, saving }: Comparison): readonly PlanToShow[] {
  const sides = [
    { title: 'Base', measurement: base },
    { title: 'Head', measurement: head },
    { title: `With recipe ${saving?.recipe}`, measurement: saving?.measurement ?? null },
  ];
  return sides.flatMap(({ title, measurement }): readonly PlanToShow[] => {
    const memory = measurement?.memory;
    if (measurement === null || memory == null || memory.buffers.length === 0) return [];
    const common = { measurement, lowerBound: memory.lowerBound };
    const planned = { ...common, title, plan: memory, beside: ownPlanWords(memory) };
    if (memory.ownPlan === undefined) return [planned];
    return [planned, { ...common, title: `${title}: the runtime's own plan`, plan: memory.ownPlan }];
  });
}

function MemoryMap({ map, mostBytes }: { readonly map: PlanToShow; readonly mostBytes: number }) {
  const { plan, lowerBound, measurement, title, beside } = map;
  const peak = useMemo(() => memoryPeak(plan.buffers), [plan]);
  const shown = useMemo(() => largestFirst(plan.buffers).slice(0, mostBuffers), [plan]);
  const layerAt = new Map(measurement.layers.map((layer) => [layer.index, layer]));
  const peakLayer = layerAt.get(peak.operator);
  const draw = useMemo(
    () => (width: number) =>
      Plot.plot({
        width,
        height: 300,
        marginLeft: 60,
        x: { label: 'operator', tickFormat: 'd', ticks: 6, inset: 2 },
        y: { label: 'offset', domain: [0, mostBytes], tickFormat: bytesTick, ticks: byteTicks(mostBytes), grid: true },
        marks: [
          Plot.rect(shown, {
            x1: 'first',
            x2: (buffer: PlannedBuffer) => buffer.last + 1,
            y1: 'offset',
            y2: (buffer: PlannedBuffer) => buffer.offset + buffer.bytes,
            fill: 'var(--accent)',
            fillOpacity: (buffer: PlannedBuffer) => (livesAt(buffer, peak.operator) ? 0.75 : 0.2),
            stroke: 'var(--accent)',
            title: (buffer: PlannedBuffer) =>
              `${layerLabel(buffer.tensor)}\n${formatValue(buffer.bytes, 'B')} at ${buffer.offset}\noperators ${buffer.first} to ${buffer.last}`,
            tip: true,
          }),
          Plot.ruleY([plan.arenaUsed], { stroke: 'var(--bad)', strokeWidth: 1.5 }),
          Plot.ruleY([lowerBound], { stroke: 'var(--bad)', strokeDasharray: '4 3' }),
          Plot.ruleX([peak.operator + 0.5], { stroke: 'currentColor', strokeDasharray: '2 3' }),
        ],
      }),
    [shown, mostBytes, plan, lowerBound, peak],
  );
  const where =
    peakLayer === undefined ? '' : ` at operator ${peak.operator}, ${peakLayer.type} ${layerLabel(peakLayer.name)}`;
  return (
    <Chart
      title={title}
      note={`${formatValue(plan.arenaUsed, 'B')} used (line); ${formatValue(peak.bytes, 'B')} alive at the peak${where}; no plan needs less than ${formatValue(lowerBound, 'B')} (dashed)${beside === undefined ? '' : `. ${beside}`}`}
      draw={draw}
    >
      <Table
        columns={[
          { title: 'Buffer' },
          { title: 'Bytes', isNumber: true },
          { title: 'Offset', isNumber: true },
          { title: 'First operator', isNumber: true },
          { title: 'Last operator', isNumber: true },
        ]}
        rows={shown
          .slice(0, 100)
          .map(({ tensor, bytes, offset, first, last }) => [layerLabel(tensor), bytes, offset, first, last])}
      />
    </Chart>
  );
}

function topOf({ arenaUsed, buffers }: MemoryPlan): number {
  return buffers.reduce((top, { offset, bytes }) => Math.max(top, offset + bytes), arenaUsed);
}

function largestFirst(buffers: readonly PlannedBuffer[]): readonly PlannedBuffer[] {
  return [...buffers].sort((left, right) => right.bytes - left.bytes);
}

/** At most eight round numbers of bytes up to a limit: a power of two and its multiples. */
function byteTicks(most: number): readonly number[] {
  const step = 2 ** Math.ceil(Math.log2(Math.max(most, 8) / 8));
  return Array.from({ length: Math.floor(most / step) + 1 }, (_, index) => index * step);
}

function bytesTick(bytes: number): string {
  return bytes === 0 ? '0' : formatValue(bytes, 'B');
}
