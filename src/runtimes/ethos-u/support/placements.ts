import type { Graph, TensorId } from '../../../graph/graph.ts';
import type { Family } from '../configuration.ts';
import { type CpuReason, cpuReason } from './placement.ts';

/** Where an operator runs; `dropped` when nothing of it is left in what is compiled. */
export type Placement =
  | { readonly unit: 'npu' }
  | { readonly unit: 'dropped' }
  | { readonly unit: 'cpu'; readonly reason: CpuReason };

/** Where every operator of a graph runs, by its index. */
export function placements(graph: Graph, family: Family): readonly Placement[] {
  const needed = neededOperators(graph);
  return graph.operators.map((operator, index) => {
    if (!needed.has(index)) return { unit: 'dropped' };
    const reason = cpuReason(graph, operator, family);
    return reason === undefined ? { unit: 'npu' } : { unit: 'cpu', reason };
  });
}

/** Operators that an output depends on. What only computes the shape for a RESHAPE, whose output is known anyway, is not needed. */
function neededOperators(graph: Graph): ReadonlySet<number> {
  const producers = new Map<TensorId, number>();
  graph.operators.forEach(({ outputs }, index) => {
    for (const id of outputs) if (id !== null) producers.set(id, index);
  });
  const needed = new Set<number>();
  const open = [...graph.outputs];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    const index = producers.get(id);
    const operator = index === undefined ? undefined : graph.operators[index];
    if (index === undefined || operator === undefined || needed.has(index)) continue;
    needed.add(index);
    const used = operator.type === 'RESHAPE' ? operator.inputs.slice(0, 1) : operator.inputs;
    open.push(...used.flatMap((each) => each ?? []));
  }
  return needed;
}

/** Why Vela compiles nothing of a model, or `undefined`. Source: what Vela 5.2.0 says of such models. */
export function modelRefusal(graph: Graph, family: Family): string | undefined {
  for (const { type, inputs } of graph.operators) {
    const input = inputs[0] === undefined || inputs[0] === null ? undefined : graph.tensors[inputs[0]];
    if (type === 'UNIDIRECTIONAL_SEQUENCE_LSTM' && input?.dtype !== 'int8' && input?.dtype !== 'int16') {
      return `Its UNIDIRECTIONAL_SEQUENCE_LSTM reads ${input?.dtype ?? 'nothing'}; Vela reads no model in which one reads something else than int8 or int16.`;
    }
    if (type === 'QUANTIZE' && family === 'u85' && input?.dtype === 'int32') {
      return 'Its QUANTIZE reads int32, for which Vela finds no block on Ethos-U85.';
    }
  }
  return undefined;
}
