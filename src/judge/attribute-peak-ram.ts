import { formatValue } from '../format.ts';
import type { Layer, Measurement, PlannedBuffer } from '../runtimes/measurement.ts';
import type { LayerPair } from './align-layers.ts';
import { changedParts } from './changed-parts.ts';
import type { Attribution } from './comparison.ts';
import { describeLayerChange } from './describe-layer-change.ts';

/** Buffers named; what the others bring is one row. */
const namedBuffers = 20;

/**
 * Where a difference in peak RAM comes from: the buffers that are alive at the operator where the head has its peak, against those alive at
 * that operator's counterpart in the base, each on account of the layer that fills it. Where the base had its peak elsewhere, a row says so;
 * what buffers don't explain (fragmentation, the runtime's structures) is a row as well, so that the rows sum to the delta.
 */
export function attributePeakRam(
  base: Measurement,
  head: Measurement,
  pairs: readonly LayerPair[],
): readonly Attribution[] {
  if (base.peakRam === null || head.peakRam === null) return [];
  const total = head.peakRam.value - base.peakRam.value;
  const headPeak = peakLayer(head);
  const basePeak = peakLayer(base);
  if (total === 0 || headPeak === undefined || basePeak === undefined) return [];
  const counterpart = pairs.find((pair) => pair.head === headPeak)?.base ?? basePeak;
  const atPeak = bufferRows(base, head, pairs, counterpart, headPeak) ?? [layerRow(counterpart, headPeak, head)];
  const rows = atPeak
    .filter(({ delta }) => delta !== 0)
    .sort((left, right) => Math.abs(right.delta) - Math.abs(left.delta));
  const rest = rows.slice(namedBuffers);
  const moved = counterpart.liveBytes - basePeak.liveBytes;
  const other = total - (headPeak.liveBytes - basePeak.liveBytes);
  return [
    ...rows.slice(0, namedBuffers),
    ...otherRow(`${rest.length} other buffers`, sumOf(rest), 'smaller changes'),
    ...otherRow(nameOf(basePeak), moved, 'had the peak in the base', basePeak.type),
    ...otherRow(
      'other memory',
      other,
      changedParts(base, head, 'peakRam', /^activations/) ?? "placement of buffers and the runtime's own structures",
    ),
  ];
}

/** The layer with the most bytes alive; the first of several. */
function peakLayer(measurement: Measurement): Layer | undefined {
  return measurement.layers.reduce<Layer | undefined>(
    (peak, layer) => (peak === undefined || layer.liveBytes > peak.liveBytes ? layer : peak),
    undefined,
  );
}

function layerRow(base: Layer, head: Layer, measurement: Measurement): Attribution {
  const change = describeLayerChange({ base, head }, measurement.artifact.format);
  const alive = `${formatValue(base.liveBytes, 'B')} → ${formatValue(head.liveBytes, 'B')} alive`;
  return row(head, head.liveBytes - base.liveBytes, change === 'changed' ? alive : `${change}, ${alive}`);
}

/** One row per layer whose buffers are alive at the peak; `undefined` when the plan is missing or doesn't add up to what the layers say. */
function bufferRows(
  base: Measurement,
  head: Measurement,
  pairs: readonly LayerPair[],
  baseLayer: Layer,
  headLayer: Layer,
): readonly Attribution[] | undefined {
  const before = aliveAt(base, baseLayer);
  const after = aliveAt(head, headLayer);
  if (before === undefined || after === undefined) return undefined;
  const counterparts = new Map(
    pairs.flatMap((pair) => (pair.base && pair.head ? [[pair.base.index, pair] as const] : [])),
  );
  const deltas = new Map<string, { readonly pair: LayerPair; delta: number }>();
  const add = (key: string, pair: LayerPair, bytes: number) => {
    const entry = deltas.get(key) ?? { pair, delta: 0 };
    deltas.set(key, { pair: entry.pair.head === undefined ? pair : entry.pair, delta: entry.delta + bytes });
  };
  for (const buffer of before) {
    const layer = base.layers.find(({ index }) => index === buffer.first);
    const pair = counterparts.get(buffer.first) ?? { base: layer, head: undefined };
    add(pair.head === undefined ? `base ${buffer.first}` : `head ${pair.head.index}`, pair, -buffer.bytes);
  }
  for (const buffer of after) {
    const layer = head.layers.find(({ index }) => index === buffer.first);
    const pair = pairs.find((candidate) => candidate.head === layer) ?? { base: undefined, head: layer };
    add(`head ${buffer.first}`, pair, buffer.bytes);
  }
  return [...deltas.values()].flatMap(({ pair, delta }) => {
    const layer = pair.head ?? pair.base;
    if (layer === undefined) return [];
    return [row(layer, delta, wordsAtPeak(pair, headLayer, head))];
  });
}

function wordsAtPeak(pair: LayerPair, peak: Layer, head: Measurement): string {
  const change = describeLayerChange(pair, head.artifact.format);
  const isChange = change !== 'changed' && !/MACs|constants|slower|faster/.test(change);
  const where = pair.head === peak ? 'at the peak' : `alive at the peak, ${nameOf(peak)}`;
  return isChange ? change : where;
}

/** The buffers alive while a layer runs, when their sum is what the layer says. */
function aliveAt(measurement: Measurement, layer: Layer): readonly PlannedBuffer[] | undefined {
  const alive = measurement.memory?.buffers.filter(({ first, last }) => first <= layer.index && layer.index <= last);
  const bytes = alive?.reduce((sum, buffer) => sum + buffer.bytes, 0);
  return bytes === layer.liveBytes ? alive : undefined;
}

function nameOf(layer: Layer): string {
  return layer.name === '' ? `layer ${layer.index}` : layer.name;
}

function row(layer: Layer, delta: number, what: string): Attribution {
  return { metric: 'peakRam', layer: nameOf(layer), type: layer.type, delta, what: what.slice(0, 400) };
}

function otherRow(layer: string, delta: number, what: string, type = 'other'): readonly Attribution[] {
  return delta === 0 ? [] : [{ metric: 'peakRam', layer, type, delta, what }];
}

function sumOf(rows: readonly Attribution[]): number {
  return rows.reduce((sum, { delta }) => sum + delta, 0);
}
