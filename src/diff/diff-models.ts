import { offlinePlan } from '../runtimes/tflm/offline-plan/offline-plan.ts';
import { alignGraphs } from './align.ts';
import { change } from './change.ts';
import { type ComparedRow, compareRows, kindOf } from './compared-row.ts';
import { endsOf } from './ends.ts';
import { foldRows } from './fold-rows.ts';
import { whatHappenedFolded } from './folded-norms.ts';
import type { GraphView, Node } from './graph-view.ts';
import type { Happening } from './happening.ts';
import { nameOf } from './matching.ts';
import type { DiffRest, DiffRow, ModelDiff } from './model-diff.ts';
import { placeLayers } from './place-layers.ts';
import { hasSameData } from './same-data.ts';
import { firstOutput } from './shape-changes.ts';
import type { Shares } from './share.ts';
import { shareCounts } from './share-counts.ts';
import { shareFlash, shareTime } from './share-layers.ts';
import { sharePeakRam } from './share-peak-ram.ts';
import type { DiffSide, PlacedLayer, PlacedSides } from './side.ts';
import { tensorWords } from './tensor-words.ts';
import { whatHappened } from './what-happened.ts';

/** Every row of a comparison before any is folded, and who brought how much of each metric's difference. */
export interface DetailedDiff {
  readonly diff: ModelDiff;
  readonly rows: readonly ComparedRow[];
  readonly shares: readonly Shares[];
  readonly placed: PlacedSides;
}

/**
 * How the head's model differs from the base's, and where each metric's difference comes from. Models of different formats are compared as they were
 * compiled, where that is one format.
 */
export function diffModels(base: DiffSide, head: DiffSide): DetailedDiff {
  const isOneFormat = base.source.dialect === head.source.dialect || base.artifact.dialect !== head.artifact.dialect;
  const graphs = isOneFormat ? ([base.source, head.source] as const) : ([base.artifact, head.artifact] as const);
  const alignment = alignGraphs(...graphs);
  const rowsBefore = compareRows(alignment);
  const baseRows = placesOf(rowsBefore, 'base');
  const headRows = placesOf(rowsBefore, 'head');
  const placed = {
    base: placedLayers(base, alignment.base, baseRows),
    head: placedLayers(head, alignment.head, headRows),
  };
  const placedRows = withPlacement(rowsBefore, placed);
  const rows = base.structureOnly === true ? placedRows.map(withoutWeights) : placedRows;
  const shares = [
    sharePeakRam(base.measurement, head.measurement, placed),
    shareFlash(base.measurement, head.measurement, placed),
    shareTime('latency', base.measurement, head.measurement, placed),
    shareTime('energy', base.measurement, head.measurement, placed),
    ...shareCounts(
      { side: base, view: alignment.base, rowOf: (at) => baseRows.get(at) },
      { side: head, view: alignment.head, rowOf: (at) => headRows.get(at) },
    ),
  ].filter((each) => each !== undefined);
  const ends = endsOf(alignment.base.graph, alignment.head.graph);
  const happening: Happening = {
    isSameFile:
      base.measurement.model.sha256 === head.measurement.model.sha256 && hasSameData(base.source, head.source),
    dialect: alignment.head.graph.dialect,
    formats: [formatOf(base), formatOf(head)],
    opsets: [opsetOf(alignment.base), opsetOf(alignment.head)],
    memoryPlans: [offlinePlan(graphs[0]), offlinePlan(graphs[1])],
    rows,
    ends,
    ...(base.structureOnly === true ? { structureOnly: true } : {}),
  };
  const summary = whatHappenedFolded(...graphs, happening) ?? whatHappened(happening);
  return {
    diff: {
      summary: [...summary],
      counts: countsOf(rows),
      rows: [...foldRows(rowsOf(rows, baseRows, headRows, shares))],
      ends: [...ends],
      rest: [...restOf(shares)],
      totals: Object.fromEntries(
        shares.map(({ metric, base: before, head: after }) => [
          metric,
          { base: before, head: after, delta: after - before },
        ]),
      ),
    },
    rows,
    shares,
    placed,
  };
}

/** A row of which only the structure counts. */
function withoutWeights(row: ComparedRow): ComparedRow {
  const changes = row.changes.filter(({ what }) => what !== 'weights' && what !== 'quantisation');
  const isPair = row.base !== undefined && row.head !== undefined;
  return { ...row, changes, moved: [], kind: isPair ? kindOf(changes, row.kind === 'moved') : row.kind };
}

function placesOf(rows: readonly ComparedRow[], side: 'base' | 'head'): ReadonlyMap<number, number> {
  return new Map(rows.flatMap((row, place) => (row[side] === undefined ? [] : [[row[side].at, place] as const])));
}

function placedLayers(
  { measurement, artifact }: DiffSide,
  view: GraphView,
  rows: ReadonlyMap<number, number>,
): readonly PlacedLayer[] {
  const places = placeLayers(view, artifact);
  return measurement.layers.map((layer) => {
    const at = places[layer.index];
    return { layer, row: at === undefined ? undefined : rows.get(at) };
  });
}

/** Rows with another unit that runs them among their changes. */
function withPlacement(rows: readonly ComparedRow[], placed: PlacedSides): readonly ComparedRow[] {
  const unitsOf = (layers: readonly PlacedLayer[]) => {
    const units = new Map<number, Set<string>>();
    for (const { layer, row } of layers) {
      if (row !== undefined) units.set(row, (units.get(row) ?? new Set()).add(layer.unit));
    }
    return units;
  };
  const [before, after] = [unitsOf(placed.base), unitsOf(placed.head)];
  return rows.map((row, place) => {
    const words = (units: ReadonlySet<string> | undefined) => [...(units ?? [])].sort().join(' and ');
    const [from, to] = [words(before.get(place)), words(after.get(place))];
    if (row.base === undefined || row.head === undefined || from === '' || to === '' || from === to) return row;
    const changes = [...row.changes, change('placement', `${from} → ${to}`)];
    return { ...row, changes, kind: kindOf(changes, row.kind === 'moved') };
  });
}

const formatNames = { onnx: 'ONNX', ort: 'ONNX Runtime', tflite: 'TensorFlow Lite' } as const;

function formatOf({ measurement }: DiffSide): string {
  return formatNames[measurement.model.format];
}

function opsetOf({ graph, nodes }: GraphView): number | undefined {
  if (graph.dialect !== 'onnx') return undefined;
  return nodes.find(({ operator }) => operator.domain === '' || operator.domain === 'ai.onnx')?.operator.version;
}

function countsOf(rows: readonly ComparedRow[]): ModelDiff['counts'] {
  const counts = { same: 0, changed: 0, added: 0, removed: 0, moved: 0 };
  for (const { kind } of rows) counts[kind] += 1;
  return counts;
}

function rowsOf(
  rows: readonly ComparedRow[],
  baseRows: ReadonlyMap<number, number>,
  headRows: ReadonlyMap<number, number>,
  shares: readonly Shares[],
): readonly DiffRow[] {
  const deltas = rows.map((): DiffRow['deltas'] => ({}));
  for (const { metric, shares: parts } of shares) {
    for (const { row, delta } of parts) {
      const of = deltas[row ?? -1];
      if (of !== undefined) of[metric] = (of[metric] ?? 0) + delta;
    }
  }
  return rows.map(({ kind, base, head, changes }, place): DiffRow => {
    const node = head ?? base;
    const before = base === undefined ? undefined : feedsOf(base, baseRows);
    const after = head === undefined ? undefined : feedsOf(head, headRows);
    const inputs = after ?? before ?? [];
    const isRewired = before !== undefined && after !== undefined && before.join() !== after.join();
    return {
      kind,
      count: 1,
      base: base?.index ?? null,
      head: head?.index ?? null,
      type: (node?.operator.type ?? '').slice(0, 200),
      name: (node === undefined ? '' : nameOf(node)).slice(0, 400),
      baseOutput: outputOf(base),
      headOutput: outputOf(head),
      changes: changes.slice(0, 12),
      inputs,
      ...(isRewired ? { baseInputs: before } : {}),
      deltas: deltas[place] ?? {},
    };
  });
}

function feedsOf({ sources }: Node, rows: ReadonlyMap<number, number>): number[] {
  const feeds = sources.flatMap((source) => (source.kind === 'node' ? [rows.get(source.node) ?? -1] : []));
  return [...new Set(feeds)]
    .filter((place) => place >= 0)
    .sort((left, right) => left - right)
    .slice(0, 100);
}

function outputOf(node: Node | undefined): string | null {
  const output = node === undefined ? undefined : firstOutput(node);
  return output === undefined ? null : tensorWords(output).slice(0, 200);
}

function restOf(shares: readonly Shares[]): readonly DiffRest[] {
  return shares.flatMap(({ metric, shares: parts }) =>
    parts.flatMap(({ row, name, delta, text }): readonly DiffRest[] =>
      row !== undefined || name === undefined
        ? []
        : [{ metric, name: name.slice(0, 200), delta, text: text.slice(0, 400) }],
    ),
  );
}
