import { formatDifference } from '../basics/format.ts';
import { byImportance } from '../diff/importance.ts';
import {
  type DiffMetric,
  type DiffRow,
  diffMetrics,
  type ModelDiff,
  type RowKind,
  withoutEffect,
} from '../diff/model-diff.ts';
import { layerLabel } from '../graph/layer-label.ts';
import { diffColumns } from './diff-columns.ts';

/** A row of the table of what changed: an operator, a run of them, or what no operator brought. */
export interface ToldRow {
  /** `+` added, `−` removed, `±` changed, `⇅` moved; empty for what is the same but costs another amount. */
  readonly mark: string;
  readonly name: string;
  /** Empty where it is no operator. */
  readonly type: string;
  readonly what: string;
  readonly deltas: Readonly<Partial<Record<DiffMetric, number>>>;
}

const marks: Readonly<Record<RowKind, string>> = { same: '', changed: '±', added: '+', removed: '−', moved: '⇅' };

/** The metrics that differ as a whole: those that cost something on the device, or else what the model counts. */
export function changedColumns({ totals }: ModelDiff): readonly DiffMetric[] {
  const changed = diffMetrics.filter((metric) => (totals[metric]?.delta ?? 0) !== 0);
  const costs = changed.filter((metric) => metric !== 'macs' && metric !== 'parameters');
  return costs.length === 0 ? changed : costs;
}

/** True for what changed, and for what is the same but costs another amount. */
export function isTold({ kind, deltas }: DiffRow): boolean {
  return kind !== 'same' || Object.keys(deltas).length > 0;
}

/** The operators that changed or cost another amount, those with the largest share of some metric's difference first and with `changes` of their changes; `more` are left out. */
export function toldRows(
  diff: ModelDiff,
  limit: number,
  changes = 3,
): { readonly rows: readonly ToldRow[]; readonly more: number } {
  const { rows, rest } = diff;
  const differing = rows.filter(isTold);
  const ranked = byImportance(differing).flatMap((at) => differing[at] ?? []);
  const others = new Map<string, ToldRow>();
  const columns = changedColumns(diff);
  for (const { metric, name, delta, text } of rest) {
    if (!columns.includes(metric)) continue;
    const known = others.get(name);
    others.set(name, {
      mark: '',
      name,
      type: '',
      what: known?.what ?? text,
      deltas: { ...known?.deltas, [metric]: delta },
    });
  }
  return {
    rows: [...ranked.slice(0, limit).map((row) => toldRow(row, changes)), ...others.values()],
    more: ranked.slice(limit).reduce((sum, { count }) => sum + count, 0),
  };
}

/** `+9.4 KiB`; empty where there is nothing to say. */
export function columnDelta(row: Pick<ToldRow, 'deltas'>, metric: DiffMetric): string {
  const delta = row.deltas[metric] ?? 0;
  return delta === 0 ? '' : formatDifference(delta, diffColumns[metric].quantity);
}

function toldRow(row: DiffRow, mostChanges: number): ToldRow {
  const { kind, type, deltas } = row;
  return {
    mark: marks[kind],
    name: nameOf(row),
    type,
    what: whatOf(row, mostChanges),
    deltas,
  };
}

function nameOf({ name, head, base }: DiffRow): string {
  return name === '' ? `operator ${head ?? base ?? ''}`.trimEnd() : layerLabel(name);
}

/** What happened to an operator, with `most` of its changes; names that changed go without saying. */
export function whatOf({ kind, count, changes, baseOutput, headOutput }: DiffRow, most: number): string {
  if (count > 1) return `${count} operators`;
  if (kind === 'added') return headOutput === null ? 'new' : `new, ${headOutput}`;
  if (kind === 'removed') return baseOutput === null ? 'removed' : `removed, ${baseOutput}`;
  const telling = changes.filter(({ what }) => !withoutEffect.has(what));
  const words = telling.slice(0, most).map(({ text }) => text);
  if (telling.length > most && most > 1) words.push(`${telling.length - most} more`);
  if (kind === 'moved') words.unshift('runs at another place');
  return words.join(', ');
}
