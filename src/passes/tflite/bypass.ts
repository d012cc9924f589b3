import { isConstant } from '../../graph/access.ts';
import type { Graph, TensorId } from '../../graph/graph.ts';

/**
 * The graph without operator `index`, whose output `output` holds what its input `input` holds: readers of the one read the other.
 * The very same graph where both are tensors that callers know, or the input is none that an operator writes: then the copy is needed.
 */
export function bypass(
  graph: Graph,
  index: number,
  input: TensorId,
  output: TensorId,
  callers: ReadonlySet<TensorId>,
): Graph {
  const source = graph.tensors[input];
  const isWritten = graph.operators.some(({ outputs }) => outputs.includes(input));
  const isFree = isWritten && !callers.has(input) && source !== undefined && !isConstant(source);
  const [from, to] = callers.has(output) ? [input, output] : [output, input];
  if (callers.has(output) && (!isFree || source.variable === true)) return graph;
  const renamed = (id: TensorId | null) => (id === from ? to : id);
  const operators = graph.operators
    .filter((_, at) => at !== index)
    .map((operator) => {
      const isTouched = [...operator.inputs, ...operator.outputs, ...(operator.intermediates ?? [])].includes(from);
      if (!isTouched) return operator;
      const outputs = operator.outputs.map(renamed);
      const named = outputs.find((id) => id !== null);
      return {
        ...operator,
        name: graph.tensors[named ?? -1]?.name ?? operator.name,
        inputs: operator.inputs.map(renamed),
        outputs,
      };
    });
  return { ...graph, operators };
}
