import type { Graph, Operator } from '../../graph/graph.ts';
import type { Board } from '../../targets/board.ts';
import { costOf } from '../tflm/cycles.ts';
import { kernelCost, kernelWork } from '../tflm/kernel-work/kernel-work.ts';
import facts from './facts.json' with { type: 'json' };

/** Releases whose speed is known apart; the estimate is for the newest. */
export type Release = keyof typeof facts.versions;

/** What an operator takes before the speed of ST's kernels and of the core is known. */
export interface Work {
  /** Instructions that CMSIS-NN would execute for it on the board's core. */
  readonly instructions: number;
  /** Dense layers, convolutions of more than one position, and everything else: ST's kernels are not equally much faster. */
  readonly kind: 'dense' | 'window' | 'other';
}

/** Work of one operator; `undefined` where the core's instructions are not known. */
export function operatorWork(graph: Graph, operator: Operator, board: Board): Work | undefined {
  const library = board.core.kernelLibraries['cmsis-nn'];
  if (library === undefined || library.unit !== 'instructions') return undefined;
  const { mve, dsp } = board.core.features;
  const build = { library: 'cmsis-nn', vectors: mve ? 'mve' : dsp ? 'dsp' : 'none' } as const;
  const { kernel, work } = kernelWork(graph, operator, build);
  return {
    instructions: kernelCost(costOf(library.kernels, kernel), work),
    kind: kernel.startsWith('fully-connected/') ? 'dense' : kernel.startsWith('conv/') ? 'window' : 'other',
  };
}

/**
 * Cycles of ST's kernels: a factor for each core, each release and each kind of kernel, on what CMSIS-NN would execute.
 * ST's kernels are closed; how far these few factors carry is what bench/estimates/st-edge-ai.ts shows.
 */
export function cyclesOf({ instructions, kind }: Work, board: Board, release: Release = '9'): number {
  return instructions * facts.kinds[kind] * perInstruction(board) * facts.versions[release];
}

/** Cycles for each instruction of CMSIS-NN, with release 8. Cores that ST has published nothing for run its kernels as much faster than CMSIS-NN as a Cortex-M4 does. */
function perInstruction({ core, runtimes }: Board): number {
  const known: Readonly<Record<string, number>> = facts.cyclesPerInstruction;
  return known[core.id] ?? facts.otherCores * (runtimes.tflm?.cyclesPerInstruction?.value ?? 1.5);
}
