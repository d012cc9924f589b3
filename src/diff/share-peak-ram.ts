import { formatValue } from '../basics/format.ts';
import type { Layer, Measurement, PlannedBuffer } from '../measurement/measurement.ts';
import { changedParts } from './changed-parts.ts';
import { closeShares, type Share, type Shares } from './share.ts';
import type { PlacedLayer, PlacedSides } from './side.ts';

/**
 * Where a difference in peak RAM comes from: the buffers that are alive at the operator where the head has its peak, against those alive at
 * that operator's counterpart in the base, each on account of the operator that fills it. Where the base had its peak elsewhere, that operator has a part
 * too; what buffers don't explain (fragmentation, the runtime's structures) is a part of its own.
 */
export function sharePeakRam(base: Measurement, head: Measurement, placed: PlacedSides): Shares | undefined {
  if (base.peakRam === null || head.peakRam === null) return undefined;
  const values = [base.peakRam.value, head.peakRam.value] as const;
  return closeShares('peakRam', values, base.peakRam.value === head.peakRam.value ? [] : partsOf(base, head, placed), {
    name: 'other memory',
    text:
      changedParts(base, head, 'peakRam', /^activations/) ?? "placement of buffers and the runtime's own structures",
  });
}

function partsOf(base: Measurement, head: Measurement, placed: PlacedSides): readonly Share[] {
  const headPeak = peakOf(placed.head);
  const basePeak = peakOf(placed.base);
  if (headPeak === undefined || basePeak === undefined) return [];
  const counterpart =
    headPeak.row === undefined ? basePeak : (peakOf(placed.base.filter(({ row }) => row === headPeak.row)) ?? basePeak);
  const moved = counterpart.layer.liveBytes - basePeak.layer.liveBytes;
  return merged([
    ...(bufferParts(base, head, placed, counterpart, headPeak) ?? [layerPart(counterpart, headPeak)]),
    part(basePeak.row, moved, 'had the peak in the base'),
  ]);
}

/** The layer with the most bytes alive; the first of several. */
function peakOf(layers: readonly PlacedLayer[]): PlacedLayer | undefined {
  return layers.reduce<PlacedLayer | undefined>(
    (peak, each) => (peak === undefined || each.layer.liveBytes > peak.layer.liveBytes ? each : peak),
    undefined,
  );
}

function part(row: number | undefined, delta: number, text: string): Share {
  return row === undefined ? { name: 'added operators', delta, text } : { row, delta, text };
}

function layerPart(base: PlacedLayer, head: PlacedLayer): Share {
  const [before, after] = [base.layer.liveBytes, head.layer.liveBytes];
  return part(head.row, after - before, `${formatValue(before, 'B')} → ${formatValue(after, 'B')} alive`);
}

/** A part per row whose buffers are alive at the peak; `undefined` when a plan is missing or doesn't add up to what the layers say. */
function bufferParts(
  base: Measurement,
  head: Measurement,
  placed: PlacedSides,
  baseLayer: PlacedLayer,
  headLayer: PlacedLayer,
): readonly Share[] | undefined {
  const before = aliveAt(base, placed.base, baseLayer.layer);
  const after = aliveAt(head, placed.head, headLayer.layer);
  if (before === undefined || after === undefined) return undefined;
  const where = (row: number | undefined) =>
    row === headLayer.row ? 'at the peak' : `alive at the peak, ${nameOf(headLayer.layer)}`;
  return [
    ...before.map(({ bytes, row }) => part(row, -bytes, where(row))),
    ...after.map(({ bytes, row }) => part(row, bytes, where(row))),
  ];
}

interface Alive {
  readonly bytes: number;
  /** Of the operator that fills it. */
  readonly row: number | undefined;
}

/** The buffers alive while a layer runs, when their sum is what the layer says. Runtimes that fuse count their moments by what they run, not by the file's operators. */
function aliveAt(measurement: Measurement, layers: readonly PlacedLayer[], layer: Layer): readonly Alive[] | undefined {
  const moments = [
    { now: layer.index, rows: new Map(layers.map(({ layer: { index }, row }) => [index, row])) },
    { now: layers.findIndex((each) => each.layer === layer), rows: new Map(layers.map(({ row }, at) => [at, row])) },
  ];
  for (const { now, rows } of moments) {
    const alive = (measurement.memory?.buffers ?? []).filter(({ first, last }) => first <= now && now <= last);
    if (alive.length > 0 && sumOf(alive) === layer.liveBytes) {
      return alive.map(({ bytes, first }) => ({ bytes, row: rows.get(first) }));
    }
  }
  return undefined;
}

function sumOf(buffers: readonly PlannedBuffer[]): number {
  return buffers.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** The parts of one row as one. */
function merged(parts: readonly Share[]): readonly Share[] {
  const byRow = new Map<number | undefined, Share>();
  for (const each of parts) {
    const known = byRow.get(each.row);
    const texts = new Set([
      ...(known?.text.split('; ') ?? []),
      ...(each.delta === 0 && known !== undefined ? [] : [each.text]),
    ]);
    byRow.set(each.row, { ...each, delta: (known?.delta ?? 0) + each.delta, text: [...texts].join('; ') });
  }
  return [...byRow.values()];
}

function nameOf({ name, index }: Layer): string {
  return name === '' ? `layer ${index}` : name;
}
