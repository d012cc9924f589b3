import { formatPercent, formatValue } from '../basics/format.ts';
import type { Layer, Measurement } from '../measurement/measurement.ts';
import { changedParts } from './changed-parts.ts';
import { closeShares, type Share, type Shares } from './share.ts';
import type { PlacedSides } from './side.ts';

/** Flash by operators' constants; beside them the structure of the file, and the runtime's code. */
export function shareFlash(base: Measurement, head: Measurement, placed: PlacedSides): Shares | undefined {
  if (base.flash === null || head.flash === null) return undefined;
  const layers = layerShares(
    placed,
    ({ flash }) => flash,
    (before, after) => `constants ${formatValue(before, 'B')} → ${formatValue(after, 'B')}`,
  );
  const inFile = head.artifact.bytes - base.artifact.bytes;
  const structure: Share = {
    name: 'model file',
    delta: inFile - layers.reduce((sum, { delta }) => sum + Math.round(delta), 0),
    text: 'structure of the file beside its constants',
  };
  return closeShares('flash', [base.flash.value, head.flash.value], [...layers, structure], {
    name: 'runtime',
    text: changedParts(base, head, 'flash', /^model$/) ?? 'code that the operators need',
  });
}

/** Time or energy by operators; beside them what the runtime itself takes. */
export function shareTime(
  metric: 'latency' | 'energy',
  base: Measurement,
  head: Measurement,
  placed: PlacedSides,
): Shares | undefined {
  const [before, after] = [base[metric], head[metric]];
  if (before === null || after === null) return undefined;
  const layers = layerShares(
    placed,
    (layer) => layer[metric] ?? 0,
    (from, to) =>
      from === 0
        ? 'not timed in the base'
        : to === 0
          ? 'not timed in the head'
          : `${formatPercent(to / from - 1)} ${to > from ? 'more' : 'less'}`,
  );
  return closeShares(metric, [before.value, after.value], layers, { name: 'runtime', text: 'beside the layers' });
}

function layerShares(
  { base, head }: PlacedSides,
  share: (layer: Layer) => number,
  words: (before: number, after: number) => string,
): readonly Share[] {
  const sums = new Map<number | undefined, { before: number; after: number }>();
  const add = (row: number | undefined, side: 'before' | 'after', value: number) => {
    const sum = sums.get(row) ?? { before: 0, after: 0 };
    sum[side] += value;
    sums.set(row, sum);
  };
  for (const { layer, row } of base) add(row, 'before', share(layer));
  for (const { layer, row } of head) add(row, 'after', share(layer));
  return [...sums].map(([row, { before, after }]): Share => {
    const delta = after - before;
    return row === undefined
      ? { name: 'added operators', delta, text: 'operators that optimisation put in' }
      : { row, delta, text: words(before, after) };
  });
}
