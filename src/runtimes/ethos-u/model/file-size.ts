import type { Graph } from '../../../graph/graph.ts';
import type { Placement } from '../support/placements.ts';
import type { Schedule } from './schedule.ts';

/** Bytes of what the NPU reads, and of the compiled file. */
export interface FileSizes {
  /** Encoded weights, scales and commands. */
  readonly npuBytes: number;
  readonly fileBytes: number;
  /** Constants that the CPU reads. */
  readonly constantBytes: number;
}

/** Bytes of commands for an operation of the NPU, and for each transfer of weights besides: least relative errors over half of the reference models, rounded. */
const commandBytes = { perOperation: 100, perTransfer: 180 };
/** Bytes of the file around them, likewise: header and tables, and for each tensor that stays in the file. */
const fileOverhead = { base: 1100, perTensor: 190 };

/** Sizes of what is written; constants that the CPU reads stay as they are. */
export function fileSizes(graph: Graph, placements: readonly Placement[], { steps, weightBytes }: Schedule): FileSizes {
  const transfers = steps.reduce((sum, { slices }) => sum + slices, 0);
  const commands = steps.length * commandBytes.perOperation + transfers * commandBytes.perTransfer;
  const npuBytes = steps.length === 0 ? 0 : weightBytes + commands;
  const kept = new Set<number>([...graph.inputs, ...graph.outputs]);
  graph.operators.forEach(({ inputs, outputs }, index) => {
    if (placements[index]?.unit === 'cpu') for (const id of [...inputs, ...outputs]) if (id !== null) kept.add(id);
  });
  const constants = [...kept].reduce((sum, id) => sum + (graph.tensors[id]?.data?.byteLength ?? 0), 0);
  const fileBytes = npuBytes + constants + fileOverhead.base + kept.size * fileOverhead.perTensor;
  return { npuBytes, fileBytes, constantBytes: constants };
}
