import { type EncodedWeights, type EncodeOptions, encodeWeights } from '../../encode/encode-weights.ts';
import type { Graph, Operator } from '../../graph/graph.ts';
import { decodeOperator } from '../../kernels/decode-format.ts';
import type { Board } from '../../targets/board.ts';
import { totalBytes } from '../estimate/total-bytes.ts';
import { tflmArena } from './arena/arena.ts';
import { operatorCost } from './cycles.ts';
import { runtimeFlash } from './flash/flash.ts';
import { kernelBuild } from './kernels.ts';

/**
 * `encodeWeights` with the arena and the time that TensorFlow Lite Micro would need on a board, and the flash of its TFLM_DECODE there.
 * Do it before the order of operators and the memory are planned: decoded weights change both.
 */
export function encodeForTflm(
  graph: Graph,
  board: Board,
  options: Omit<EncodeOptions, 'codeBytes' | 'memoryBytes' | 'time'> = {},
): EncodedWeights {
  const flash = (operators: readonly Operator[]) => totalBytes(runtimeFlash({ ...graph, operators }, board).parts);
  const build = kernelBuild(board);
  return encodeWeights(graph, {
    ...options,
    codeBytes: flash([...graph.operators, decoding]) - flash(graph.operators),
    memoryBytes: (each) => tflmArena(each, build).memory.arenaRequired,
    ...(timeOf(graph, board) === undefined ? {} : { time: (each: Graph) => timeOf(each, board) ?? 0 }),
  });
}

/** Milliseconds of an inference; `undefined` where the board's costs are not known. */
function timeOf(graph: Graph, board: Board): number | undefined {
  return graph.operators.reduce<number | undefined>((sum, operator) => {
    const cost = operatorCost(graph, operator, board);
    return sum === undefined || cost === undefined ? undefined : sum + cost.milliseconds;
  }, 0);
}

const decoding: Operator = {
  name: '',
  type: decodeOperator,
  domain: 'custom',
  version: 1,
  inputs: [],
  outputs: [],
  attributes: {},
};
