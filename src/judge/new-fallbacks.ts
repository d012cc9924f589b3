import type { Finding, Layer, Measurement } from '../runtimes/measurement.ts';
import { alignLayers } from './align-layers.ts';
import type { Fallback } from './comparison.ts';

/** Layers told; what does more work comes first. */
const toldLayers = 50;

/**
 * The layers that the CPU runs in the head, and that the base had on its accelerator or not at all: most multiply-accumulates first, then most time.
 * Why comes from the head's findings `fallback`, which name their operator. Empty for a new model and where neither side uses an accelerator.
 */
export function newFallbacks(base: Measurement | null, head: Measurement | null): readonly Fallback[] {
  if (base === null || head === null || base.acceleration === null || head.acceleration === null) return [];
  const total = head.layers.reduce((sum, { macs }) => sum + macs, 0);
  return alignLayers(base.layers, head.layers)
    .flatMap((pair) => (pair.head?.unit === 'cpu' && pair.base?.unit !== 'cpu' ? [{ ...pair, head: pair.head }] : []))
    .sort(
      ({ head: left }, { head: right }) =>
        right.macs - left.macs || (right.latency ?? 0) - (left.latency ?? 0) || left.index - right.index,
    )
    .slice(0, toldLayers)
    .map(({ base: before, head: layer }) => ({
      layer: layer.name === '' ? `layer ${layer.index}` : layer.name,
      type: layer.type,
      from: before === undefined || before.unit === 'cpu' ? null : before.unit,
      share: total === 0 ? 0 : layer.macs / total,
      latency: layer.latency,
      message: reasonOf(layer, head.findings),
    }));
}

function reasonOf(layer: Layer, findings: readonly Finding[]): string {
  const place = new RegExp(`^operator ${layer.index}\\b`);
  const finding = findings.find(
    ({ code, where }) => code === 'fallback' && where !== undefined && (place.test(where) || where === layer.name),
  );
  return finding?.message ?? 'the runtime does not say why';
}
