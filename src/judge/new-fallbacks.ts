import type { PlacedSides } from '../diff/side.ts';
import type { Finding, Layer, Measurement } from '../measurement/measurement.ts';
import type { Fallback } from './comparison.ts';

/** Layers told; what does more work comes first. */
const toldLayers = 50;

/**
 * The layers that the CPU runs in the head, and that the base had on its accelerator or not at all: most multiply-accumulates first, then most time.
 * Why comes from the head's findings `fallback`, which name their operator. Empty for a new model and where neither side uses an accelerator.
 */
export function newFallbacks(
  base: Measurement | null,
  head: Measurement | null,
  placed: PlacedSides | null,
): readonly Fallback[] {
  if (base === null || head === null || placed === null) return [];
  if (base.acceleration === null || head.acceleration === null) return [];
  const total = head.layers.reduce((sum, { macs }) => sum + macs, 0);
  const former = new Map<number, Layer[]>();
  for (const { layer, row } of placed.base) if (row !== undefined) former.set(row, [...(former.get(row) ?? []), layer]);
  return placed.head
    .flatMap(({ layer, row }) => {
      const before = counterpartOf(layer, former.get(row ?? -1) ?? []);
      return layer.unit === 'cpu' && before?.unit !== 'cpu' ? [{ layer, before }] : [];
    })
    .sort(
      ({ layer: left }, { layer: right }) =>
        right.macs - left.macs || (right.latency ?? 0) - (left.latency ?? 0) || left.index - right.index,
    )
    .slice(0, toldLayers)
    .map(({ before, layer }) => ({
      layer: layer.name === '' ? `layer ${layer.index}` : layer.name,
      type: layer.type,
      from: before === undefined || before.unit === 'cpu' ? null : before.unit,
      share: total === 0 ? 0 : layer.macs / total,
      latency: layer.latency,
      message: reasonOf(layer, head.findings),
    }));
}

/** Of the layers that one operator had become in the base, that of the same type, or else one that the CPU ran already. */
function counterpartOf({ type }: Layer, former: readonly Layer[]): Layer | undefined {
  return former.find((layer) => layer.type === type) ?? former.find(({ unit }) => unit === 'cpu') ?? former[0];
}

function reasonOf(layer: Layer, findings: readonly Finding[]): string {
  const place = new RegExp(`^operator ${layer.index}\\b`);
  const finding = findings.find(
    ({ code, where }) => code === 'fallback' && where !== undefined && (place.test(where) || where === layer.name),
  );
  return finding?.message ?? 'the runtime does not say why';
}
