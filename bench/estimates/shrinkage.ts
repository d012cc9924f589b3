import { type FitRow, meanError, solve } from './fit.ts';

/** A measurement on a board with one of several cores, whose costs are alike but for a factor; boards of a core differ by a factor of their own. */
export interface CoreRow extends FitRow {
  readonly core: string;
  readonly board: string;
}

/** Costs of a core, and what its boards take as a multiple of them: 1 in the geometric mean of those that were fitted. */
export interface CoreCosts {
  readonly costs: readonly number[];
  readonly factors: ReadonlyMap<string, number>;
}

/** A row, and its estimate by costs that know nothing of its family. */
export interface Predicted {
  readonly row: CoreRow;
  readonly estimate: number;
  readonly measured: number;
}

/** What is left out of a fit. */
interface Without {
  readonly family?: string;
  readonly board?: string;
}

/** How strongly a core's costs are drawn to those of the others, as the weight of one more measurement for each cost; those tried. */
const strengths = [0.01, 0.03, 0.1, 0.3, 1];

const rounds = 12;

export const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0);

/** The factor on the costs that comes nearest to all rows, relative to each. */
function factorOf(rows: readonly FitRow[], costs: readonly number[]): number {
  let [above, below] = [0, 0];
  for (const { counts, milliseconds } of rows) {
    const ratio = dot(counts, costs) / milliseconds;
    above += ratio;
    below += ratio * ratio;
  }
  return below === 0 ? 1 : above / below;
}

/** Costs that all rows have in common, none for no rows, and the factor of each board, in turns; `drawn` gives rows that hold the costs near others. */
function scaledCosts(rows: readonly CoreRow[], drawn: (scaled: readonly FitRow[]) => readonly FitRow[]): CoreCosts {
  const boards = new Map<string, readonly CoreRow[]>();
  for (const row of rows) boards.set(row.board, [...(boards.get(row.board) ?? []), row]);
  let factors = new Map<string, number>();
  let costs: readonly number[] = [];
  if (rows.length === 0) return { costs, factors };
  for (let round = 0; round < rounds; round += 1) {
    const scaled = rows.map((row) => ({
      ...row,
      counts: row.counts.map((count) => count * (factors.get(row.board) ?? 1)),
    }));
    costs = solve([...scaled, ...drawn(scaled)]);
    const found = [...boards].map(([board, own]) => [board, factorOf(own, costs)] as const);
    const mean = Math.exp(found.reduce((sum, [, factor]) => sum + Math.log(factor), 0) / found.length);
    factors = new Map(found.map(([board, factor]) => [board, factor / mean]));
    costs = costs.map((cost) => cost * mean);
  }
  return { costs, factors };
}

/** Rows that hold each cost near the common one times the core's own factor. */
function towards(common: readonly number[], strength: number) {
  return (rows: readonly FitRow[]): readonly FitRow[] => {
    const factor = factorOf(rows, common);
    return common.flatMap((cost, column) => {
      if (cost === 0) return [];
      const counts = common.map((_, other) => (other === column ? 1 / (cost * factor) : 0));
      return [{ label: 'common', family: '', counts, milliseconds: 1, weight: Math.sqrt(strength) }];
    });
  };
}

export interface ShrunkFit {
  readonly strengths: ReadonlyMap<string, number>;
  /** Costs of a core by all rows but what is left out, which the common costs don't know either. */
  readonly costs: (core: string, without?: Without) => CoreCosts;
  /** Each row by costs without its family, on any core. */
  readonly pairs: readonly Predicted[];
  /** Each row by costs without its family and without its board, as a board of which only core and clock are known. */
  readonly unseen: readonly Predicted[];
}

/**
 * Costs of cores that are alike: each fitted to its own rows and drawn to the costs of the others. How strongly is what is best for the others,
 * so that it too is chosen without the rows that it is judged on.
 */
export function shrunkFit(rows: readonly CoreRow[]): ShrunkFit {
  const cores = [...new Set(rows.map(({ core }) => core))];
  const commonCache = new Map<string, readonly number[]>();
  const cache = new Map<string, CoreCosts>();
  const fitted = (core: string, strength: number, { family, board }: Without): CoreCosts => {
    const kept = rows.filter((row) => row.family !== family);
    const commonKey = `${core} ${family}`;
    const others = kept.filter((row) => row.core !== core);
    const common =
      commonCache.get(commonKey) ??
      scaledCosts(
        others.map((row) => ({
          ...row,
          weight: 1 / Math.sqrt(others.filter((other) => other.core === row.core).length),
        })),
        () => [],
      ).costs;
    commonCache.set(commonKey, common);
    const key = `${commonKey} ${board} ${strength}`;
    const own = kept.filter((row) => row.core === core && row.board !== board);
    const found = cache.get(key) ?? scaledCosts(own, towards(common, strength));
    cache.set(key, found);
    return found;
  };
  const predict = (row: CoreRow, { costs, factors }: CoreCosts): Predicted => ({
    row,
    estimate: dot(row.counts, costs) * (factors.get(row.board) ?? 1),
    measured: row.milliseconds,
  });
  const pairsOf = (core: string, strength: number): readonly Predicted[] =>
    rows.filter((row) => row.core === core).map((row) => predict(row, fitted(core, strength, { family: row.family })));
  const errors = new Map(
    strengths.map((strength) => [
      strength,
      new Map(cores.map((core) => [core, meanError(pairsOf(core, strength))] as const)),
    ]),
  );
  const chosen = new Map(
    cores.map((core) => {
      const total = (strength: number) =>
        cores.reduce((sum, other) => sum + (other === core ? 0 : (errors.get(strength)?.get(other) ?? 0)), 0);
      return [core, strengths.reduce((best, each) => (total(each) < total(best) ? each : best))] as const;
    }),
  );
  const strengthOf = (core: string) => chosen.get(core) ?? 1;
  const boardsOf = (core: string) => new Set(rows.filter((row) => row.core === core).map(({ board }) => board));
  return {
    strengths: chosen,
    costs: (core, without = {}) => fitted(core, strengthOf(core), without),
    pairs: cores.flatMap((core) => pairsOf(core, strengthOf(core))),
    unseen: cores
      .filter((core) => boardsOf(core).size > 2)
      .flatMap((core) =>
        rows
          .filter((row) => row.core === core)
          .map((row) => predict(row, fitted(core, strengthOf(core), { family: row.family, board: row.board }))),
      ),
  };
}
