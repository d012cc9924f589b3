import type { Board } from '../../targets/board.ts';
import type { Precision } from './time.ts';

/** A model that was measured on a board, and what the board's figures gave for it. */
export interface CpuRun {
  readonly label: string;
  /** What most of it is computed in. */
  readonly precision: Precision;
  readonly estimatedMilliseconds: number;
  readonly measuredMilliseconds: number;
}

/** Factors of the precisions that were measured, and the signed relative error of each run when it is predicted from the others of its precision, from the board as it was where there is none. */
export interface FittedCpu {
  readonly factors: readonly { readonly precision: Precision; readonly factor: number }[];
  readonly errors: readonly number[];
}

/** The factor on estimates that comes nearest to what was measured, relative to each; 1 for none. */
function factorOf(runs: readonly CpuRun[]): number {
  let [above, below] = [0, 0];
  for (const { estimatedMilliseconds, measuredMilliseconds } of runs) {
    const ratio = estimatedMilliseconds / measuredMilliseconds;
    above += ratio;
    below += ratio * ratio;
  }
  return below === 0 ? 1 : above / below;
}

/** What a board's CPU takes as a multiple of its core's roofline, by runs on it: `cpuFactors`. */
export function fitCpuFactors(runs: readonly CpuRun[], board: Board): FittedCpu {
  const precisions = [...new Set(runs.map(({ precision }) => precision))];
  return {
    factors: precisions.map((precision) => {
      const own = runs.filter((run) => run.precision === precision);
      return { precision, factor: (board.cpuFactors?.[precision]?.value ?? 1) * factorOf(own) };
    }),
    errors: runs.map((run) => {
      const others = runs.filter((other) => other !== run && other.precision === run.precision);
      return (factorOf(others) * run.estimatedMilliseconds) / run.measuredMilliseconds - 1;
    }),
  };
}
