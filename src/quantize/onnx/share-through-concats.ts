import type { Range } from '../../calibrate/range.ts';
import { isConstant, tensorAt } from '../../graph/access.ts';
import type { Graph, TensorId } from '../../graph/graph.ts';
import { capturedNames, consumers, producers } from '../../graph/traversal.ts';
import type { Scheme } from './schemes.ts';

/**
 * For what is made only to be put together by a Concat, the result of that Concat, whose parameters it is to have: its values are rounded once, to the steps that they end at, and
 * ONNX Runtime's kernel copies. With steps of its own they would be rounded twice. What others read keeps its own, as the result's steps may be coarser.
 *
 * Where a Relu or Clip is left to the integers' saturation, all operands have to be limited alike, else the result reaches farther than the limits do.
 */
export function shareThroughConcats(
  graph: Graph,
  schemes: ReadonlyMap<number, Scheme>,
  wanted: ReadonlySet<TensorId>,
  limitsOf: (id: TensorId) => Range | undefined,
): ReadonlyMap<TensorId, TensorId> {
  const readers = consumers(graph);
  const makers = producers(graph);
  const captured = new Set(graph.operators.flatMap((operator) => [...capturedNames(operator)]));
  const isOnlyRead = (id: TensorId): boolean =>
    wanted.has(id) &&
    makers.has(id) &&
    readers.get(id)?.length === 1 &&
    !graph.outputs.includes(id) &&
    !captured.has(tensorAt(graph, id).name);
  const sources = new Map<TensorId, TensorId>();
  for (const index of schemes.keys()) {
    const operator = graph.operators[index];
    const [output] = operator?.outputs ?? [];
    if (operator?.type !== 'Concat' || output === null || output === undefined || !wanted.has(output)) continue;
    const operands = operator.inputs.filter((id) => id !== null);
    const [first] = operands;
    const limits = first === undefined || isConstant(tensorAt(graph, first)) ? undefined : limitsOf(first);
    const areAlike = operands.every((id) => isSame(limitsOf(id), limits));
    for (const id of operands) {
      if (isOnlyRead(id) && (areAlike || limitsOf(id) === undefined)) sources.set(id, output);
    }
  }
  return sources;
}

const isSame = (one: Range | undefined, other: Range | undefined): boolean =>
  one?.min === other?.min && one?.max === other?.max;
