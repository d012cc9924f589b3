import { inputTensor, isConstant } from '../../graph/access.ts';
import type { Graph, Operator } from '../../graph/graph.ts';
import { makeValue } from '../../kernels/values.ts';

/** The elements of a constant int32 or int64 input; `undefined` when it is left out, computed or of another type. */
export function integersOf(graph: Graph, operator: Operator, position: number): readonly number[] | undefined {
  const tensor = inputTensor(graph, operator, position);
  if (tensor === undefined || !isConstant(tensor) || (tensor.dtype !== 'int32' && tensor.dtype !== 'int64'))
    return undefined;
  const values = makeValue(tensor)?.values;
  return values === undefined ? undefined : Array.from(values, Number);
}
