import type { Layer, Measurement } from '../runtimes/measurement.ts';
import { alignLayers, type LayerPair } from './align-layers.ts';
import { attributePeakRam } from './attribute-peak-ram.ts';
import { changedParts } from './changed-parts.ts';
import type { Attribution } from './comparison.ts';
import { describeLayerChange } from './describe-layer-change.ts';

/** Layers named per metric; what the others bring is one row. */
const namedLayers = 40;

/**
 * Which layers brought each metric's difference, largest first by metric. The rows of a metric sum to its delta: what layers don't account for
 * (runtime code, structures of the file, other buffers) has rows of its own. Empty for a metric that either side lacks or that did not change.
 */
export function attribute(base: Measurement | null, head: Measurement | null): readonly Attribution[] {
  if (base === null || head === null) return [];
  const pairs = alignLayers(base.layers, head.layers);
  return [
    ...attributePeakRam(base, head, pairs),
    ...attributeFlash(base, head, pairs),
    ...attributeTime('latency', base, head, pairs),
    ...attributeTime('energy', base, head, pairs),
  ];
}

function attributeFlash(base: Measurement, head: Measurement, pairs: readonly LayerPair[]): readonly Attribution[] {
  if (base.flash === null || head.flash === null) return [];
  const total = head.flash.value - base.flash.value;
  const layers = layerRows('flash', pairs, head, (layer) => layer.flash);
  const inArtifact = head.artifact.bytes - base.artifact.bytes;
  const code = total - inArtifact;
  return closeRows('flash', total, [
    ...layers,
    otherRow('flash', 'model file', inArtifact - sumOf(layers), 'structure of the file beside its constants'),
    otherRow('flash', 'runtime', code, changedParts(base, head, 'flash', /^model$/) ?? 'code that the operators need'),
  ]);
}

function attributeTime(
  metric: 'latency' | 'energy',
  base: Measurement,
  head: Measurement,
  pairs: readonly LayerPair[],
): readonly Attribution[] {
  const before = base[metric];
  const after = head[metric];
  if (before === null || after === null) return [];
  const total = after.value - before.value;
  const layers = layerRows(metric, pairs, head, (layer) => layer[metric] ?? 0);
  const rest = total - sumOf(layers);
  const isNoise = Math.abs(rest) <= 1e-9 * Math.max(before.value, after.value);
  return closeRows(metric, total, [
    ...layers,
    ...(isNoise ? [] : [otherRow(metric, 'runtime', rest, 'beside the layers')]),
  ]);
}

function layerRows(
  metric: Attribution['metric'],
  pairs: readonly LayerPair[],
  head: Measurement,
  share: (layer: Layer) => number,
): readonly Attribution[] {
  return pairs.flatMap((pair) => {
    const layer = pair.head ?? pair.base;
    if (layer === undefined) return [];
    const delta = (pair.head === undefined ? 0 : share(pair.head)) - (pair.base === undefined ? 0 : share(pair.base));
    if (delta === 0) return [];
    return [
      {
        metric,
        layer: layerName(layer),
        type: layer.type,
        delta,
        what: describeLayerChange(pair, head.artifact.format).slice(0, 400),
      },
    ];
  });
}

/** A layer's name for people; an unnamed one goes by its place. */
function layerName(layer: Layer): string {
  return layer.name === '' ? `layer ${layer.index}` : layer.name;
}

function otherRow(metric: Attribution['metric'], layer: string, delta: number, what: string): Attribution {
  return { metric, layer, type: 'other', delta, what };
}

/** Rows largest first without the empty ones, the smallest layers joined to one row; none when the total did not change. */
function closeRows(metric: Attribution['metric'], total: number, rows: readonly Attribution[]): readonly Attribution[] {
  const sorted = rows
    .filter(({ delta }) => delta !== 0)
    .sort((left, right) => Math.abs(right.delta) - Math.abs(left.delta));
  if (total === 0) return [];
  const rest = sorted.slice(namedLayers);
  if (rest.length < 2) return sorted;
  return [
    ...sorted.slice(0, namedLayers),
    otherRow(metric, `${rest.length} other layers`, sumOf(rest), 'smaller changes'),
  ];
}

function sumOf(rows: readonly Attribution[]): number {
  return rows.reduce((sum, { delta }) => sum + delta, 0);
}
