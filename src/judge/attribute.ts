import type { ComparedRow } from '../diff/compared-row.ts';
import type { DetailedDiff } from '../diff/diff-models.ts';
import { nameOf } from '../diff/matching.ts';
import type { RowChange } from '../diff/model-diff.ts';
import { firstOutput } from '../diff/shape-changes.ts';
import type { Share, Shares } from '../diff/share.ts';
import { shapeWords } from '../diff/tensor-words.ts';
import type { MetricName } from '../measurement/metric-names.ts';
import type { Attribution } from './comparison.ts';

/** Operators named per metric; what the others bring is one row. */
const namedRows = 40;

const attributed: readonly MetricName[] = ['peakRam', 'flash', 'latency', 'energy'];

/** Changes that make an operator larger or slower; others are told only where there is nothing else to say. */
const costly: ReadonlySet<RowChange['what']> = new Set<RowChange['what']>([
  'type',
  'shape',
  'data-type',
  'attribute',
  'connections',
  'placement',
]);

/**
 * Which operators brought each metric's difference, largest first by metric: the diff's shares as a list. The rows of a metric sum to its delta;
 * what operators don't account for (runtime code, structures of the file, other buffers) has rows of its own. Empty for a metric that did not change.
 */
export function attribute(detailed: DetailedDiff | null): readonly Attribution[] {
  if (detailed === null) return [];
  return detailed.shares.flatMap(({ metric, base, head, shares }) => {
    const name = attributed.find((each) => each === metric);
    return name === undefined || base === head ? [] : closeRows(name, shares, detailed.rows);
  });
}

function closeRows(metric: MetricName, shares: Shares['shares'], rows: readonly ComparedRow[]): readonly Attribution[] {
  const sorted = shares
    .map((share) => attributionOf(metric, share, rows[share.row ?? -1]))
    .sort((left, right) => Math.abs(right.delta) - Math.abs(left.delta));
  const rest = sorted.slice(namedRows);
  if (rest.length < 2) return sorted;
  const delta = rest.reduce((sum, each) => sum + each.delta, 0);
  const others = { metric, layer: `${rest.length} other layers`, type: 'other', delta, what: 'smaller changes' };
  return delta === 0 ? sorted.slice(0, namedRows) : [...sorted.slice(0, namedRows), others];
}

function attributionOf(metric: MetricName, { delta, name, text }: Share, row: ComparedRow | undefined): Attribution {
  const node = row?.head ?? row?.base;
  if (row === undefined || node === undefined) {
    return { metric, layer: (name ?? 'other').slice(0, 400), type: 'other', delta, what: text.slice(0, 400) };
  }
  const label = nameOf(node);
  return {
    metric,
    layer: (label === '' ? `operator ${node.index}` : label).slice(0, 400),
    type: node.operator.type.slice(0, 200),
    delta,
    what: whatOf(row, text).slice(0, 400),
  };
}

function whatOf({ base, head, changes }: ComparedRow, text: string): string {
  if (head === undefined) return 'removed layer';
  if (base === undefined) {
    const shape = firstOutput(head)?.shape;
    return shape === undefined || shape.length === 0 ? 'new layer' : `new layer, output ${shapeWords(shape)}`;
  }
  const told = changes.filter(({ what }) => costly.has(what)).map((change) => change.text);
  if (told.length > 0) return told.slice(0, 3).join(', ');
  return text === '' ? 'changed' : text;
}
