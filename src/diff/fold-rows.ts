import { byImportance } from './importance.ts';
import { type DiffRow, diffMetrics, mostRows } from './model-diff.ts';

/** Graphs of up to so many rows are shown whole. */
const wholeRows = 400;
/** Rows around a change that stay. */
const context = 2;

/**
 * Rows within the limit: of larger graphs, runs of operators that are the same and cost the same are joined to one row; if that is not enough, so are
 * neighbouring changes, those that cost least first. Deltas of a run are the sums of its rows'.
 */
export function foldRows(rows: readonly DiffRow[]): readonly DiffRow[] {
  if (rows.length <= wholeRows) return rows;
  const byChange = joinRuns(rows, nearChanges(rows), false);
  if (byChange.length <= mostRows) return byChange;
  const ranked = byImportance(rows);
  for (let keep = Math.floor(mostRows / 2) - 1; keep > 0; keep = Math.floor(keep / 2)) {
    const joined = joinRuns(rows, new Set(ranked.slice(0, keep)), false);
    if (joined.length <= mostRows) return joined;
  }
  return joinRuns(rows, new Set(ranked.slice(0, Math.floor(mostRows / 2) - 1)), true);
}

function nearChanges(rows: readonly DiffRow[]): ReadonlySet<number> {
  const kept = new Set<number>();
  rows.forEach(({ kind, deltas }, at) => {
    if (kind === 'same' && Object.keys(deltas).length === 0) return;
    for (let near = at - context; near <= at + context; near++) kept.add(near);
  });
  return kept;
}

/** Joins neighbouring rows that are not kept: those of one kind, or with `mixed` all of them. */
function joinRuns(rows: readonly DiffRow[], kept: ReadonlySet<number>, mixed: boolean): readonly DiffRow[] {
  const runs: DiffRow[][] = [];
  const runOf: number[] = [];
  let last: { readonly run: DiffRow[]; readonly kind: DiffRow['kind'] } | undefined;
  rows.forEach((row, at) => {
    if (last !== undefined && !kept.has(at) && (mixed || last.kind === row.kind)) last.run.push(row);
    else {
      const run = [row];
      runs.push(run);
      last = kept.has(at) ? undefined : { run, kind: row.kind };
    }
    runOf.push(runs.length - 1);
  });
  return runs.map((run, index) => joinRow(run, index, runOf));
}

function joinRow(run: readonly DiffRow[], index: number, runOf: readonly number[]): DiffRow {
  const [first, ...others] = run;
  const last = run.at(-1);
  if (first === undefined || last === undefined) throw new RangeError('an empty run of rows');
  const inRuns = (places: readonly number[]) =>
    [...new Set(places.map((place) => runOf[place] ?? index))].filter((place) => place !== index).slice(0, 100);
  const inputs = inRuns(run.flatMap((row) => row.inputs));
  const baseInputs = inRuns(run.flatMap((row) => row.baseInputs ?? row.inputs));
  const isSameInputs = baseInputs.length === inputs.length && baseInputs.every((place) => inputs.includes(place));
  const { baseInputs: _, ...alone } = first;
  const joinedInputs = { inputs, ...(isSameInputs ? {} : { baseInputs }) };
  if (others.length === 0) return { ...alone, ...joinedInputs };
  const kinds = new Set(run.map(({ kind }) => kind));
  return {
    kind: kinds.size === 1 ? first.kind : 'changed',
    count: run.length,
    base: run.find(({ base }) => base !== null)?.base ?? null,
    head: run.find(({ head }) => head !== null)?.head ?? null,
    type: commonestTypes(run),
    name: `${first.name.slice(0, 190)} … ${last.name.slice(0, 190)}`,
    baseOutput: last.baseOutput,
    headOutput: last.headOutput,
    changes: [],
    ...joinedInputs,
    deltas: sumsOf(run),
  };
}

function commonestTypes(run: readonly DiffRow[]): string {
  const counts = new Map<string, number>();
  for (const { type } of run) counts.set(type, (counts.get(type) ?? 0) + 1);
  const types = [...counts].sort(([, left], [, right]) => right - left).map(([type]) => type.slice(0, 60));
  return types.length > 3 ? `${types.slice(0, 3).join(', ')}, …` : types.join(', ');
}

function sumsOf(run: readonly DiffRow[]): DiffRow['deltas'] {
  const deltas: DiffRow['deltas'] = {};
  for (const metric of diffMetrics) {
    const sum = run.reduce((total, row) => total + (row.deltas[metric] ?? 0), 0);
    if (sum !== 0) deltas[metric] = sum;
  }
  return deltas;
}
