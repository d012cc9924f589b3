import { nonNegativeLeastSquares } from '../../basics/least-squares.ts';
import { UserError } from '../../errors.ts';
import type { Graph } from '../../graph/graph.ts';
import type { Board } from '../../targets/board.ts';
import { operatorCost } from './cycles.ts';

/** A model and how long it took on a device. */
export interface MeasuredRun {
  readonly label: string;
  readonly graph: Graph;
  readonly milliseconds: number;
}

/** The coefficients of a board that measurements ask for. */
export interface FittedBoard {
  readonly cyclesPerInstruction: number;
  readonly flashCyclesPerWeightByte: number;
  /** By run: the time that the coefficients fitted on the other runs give, as a fraction of the measured one, minus 1. With one run, what the board's own coefficients give. */
  readonly errors: readonly number[];
}

/** What of a run's time depends on what: instructions and bytes of weights. */
interface Cost {
  readonly instructions: number;
  readonly weightBytes: number;
  readonly cycles: number;
}

/**
 * Cycles per instruction and cycles per byte of weights, both not negative, that come nearest to measured latencies, relative to each:
 * `latency · clock = instructions · cyclesPerInstruction + weightBytes · flashCyclesPerWeightByte`. With fewer than three runs the board's own wait for weights stays.
 * @throws UserError when the board's kernels have costs in cycles and not in instructions, or none
 */
export function fitBoard(runs: readonly MeasuredRun[], board: Board): FittedBoard {
  const costs = runs.map(({ graph, label }) => costOf(graph, board, label));
  const cycles = runs.map(({ milliseconds }) => (milliseconds * board.clockHz.value) / 1000);
  const own = board.runtimes.tflm?.flashCyclesPerWeightByte?.value ?? 0;
  const solve = (indices: readonly number[]): readonly [number, number] => {
    const weights = indices.map((index) => 1 / (cycles[index] ?? 1));
    const row = (index: number): Cost => costs[index] ?? { instructions: 0, weightBytes: 0, cycles: 0 };
    if (indices.length < 3) {
      const rest = indices.map((index) => (cycles[index] ?? 0) - row(index).weightBytes * own);
      const [perInstruction = 0] = nonNegativeLeastSquares(
        indices.map((index) => [row(index).instructions]),
        rest,
        weights,
      );
      return [perInstruction, own];
    }
    const [perInstruction = 0, perByte = 0] = nonNegativeLeastSquares(
      indices.map((index) => [row(index).instructions, row(index).weightBytes]),
      indices.map((index) => cycles[index] ?? 0),
      weights,
    );
    return [perInstruction, perByte];
  };
  const all = runs.map((_, index) => index);
  const errors = costs.map((cost, index) => {
    const others = all.filter((other) => other !== index);
    if (others.length === 0) return cost.cycles / (cycles[index] ?? 1) - 1;
    const [perInstruction, perByte] = solve(others);
    return (cost.instructions * perInstruction + cost.weightBytes * perByte) / (cycles[index] ?? 1) - 1;
  });
  const [cyclesPerInstruction, flashCyclesPerWeightByte] = solve(all);
  return { cyclesPerInstruction, flashCyclesPerWeightByte, errors };
}

function costOf(graph: Graph, board: Board, label: string): Cost {
  return graph.operators.reduce<Cost>(
    (sum, operator) => {
      const cost = operatorCost(graph, operator, board);
      if (cost?.instructions === undefined) {
        throw new UserError(`${label}: the kernels of ${board.id} have no instruction counts to fit cycles to.`);
      }
      return {
        instructions: sum.instructions + cost.instructions,
        weightBytes: sum.weightBytes + cost.weightBytes,
        cycles: sum.cycles + cost.cycles,
      };
    },
    { instructions: 0, weightBytes: 0, cycles: 0 },
  );
}
