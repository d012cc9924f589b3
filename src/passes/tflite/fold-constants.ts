import { UserError } from '../../errors.ts';
import { concreteShape, isConstant, tensorAt, tensorBytes } from '../../graph/access.ts';
import type { Graph, Operator, Tensor, TensorId } from '../../graph/graph.ts';
import { openInterpreter } from '../../kernels/run-graph.ts';
import { isFixed } from './alike.ts';
import { rewriteSubgraphs } from './subgraphs.ts';

/** Operators that only move elements. */
const moving = new Set([
  'BROADCAST_TO',
  'CONCATENATION',
  'EXPAND_DIMS',
  'FILL',
  'GATHER',
  'GATHER_ND',
  'PACK',
  'RESHAPE',
  'REVERSE_V2',
  'SLICE',
  'SPLIT',
  'SPLIT_V',
  'SQUEEZE',
  'STRIDED_SLICE',
  'TRANSPOSE',
  'UNPACK',
]);
/** Operators that compute sizes, exact on whole numbers. */
const counting = new Set(['ADD', 'CAST', 'FLOOR_DIV', 'FLOOR_MOD', 'MAXIMUM', 'MINIMUM', 'MUL', 'SUB']);
const wholeNumbers: ReadonlySet<Tensor['dtype']> = new Set(['int32', 'int64']);

/** Bytes that a result may have beyond those of what it is made from. */
const growthBytes = 64;

/**
 * Computes beforehand what depends on no input: parts of constants, and sizes.
 *
 *     x → SHAPE → STRIDED_SLICE ┐
 *                      10 → PACK → RESHAPE x   →   [1, 10] → RESHAPE x
 *
 * Only what is exact everywhere: elements that are moved, sums and products of whole numbers. A shape of which the caller may choose an extent is no constant.
 */
export function foldConstants(graph: Graph): Graph {
  return rewriteSubgraphs(graph, (subgraph, callers) => {
    const tensors: Tensor[] = [...subgraph.tensors];
    const operators: Operator[] = [];
    for (const operator of subgraph.operators) {
      const contents = operator.outputs.some((id) => id === null || callers.has(id))
        ? undefined
        : contentsOf({ ...subgraph, tensors }, operator);
      if (contents === undefined) operators.push(operator);
      else {
        for (const [id, data] of contents) {
          const tensor = tensors[id];
          if (tensor !== undefined) tensors[id] = { ...tensor, data };
        }
      }
    }
    return operators.length === subgraph.operators.length ? subgraph : { ...subgraph, tensors, operators };
  });
}

/** The content of each of an operator's outputs, where it is known. */
function contentsOf(graph: Graph, operator: Operator): ReadonlyMap<TensorId, Uint8Array> | undefined {
  if (operator.domain !== '') return undefined;
  const ids = operator.inputs.flatMap((id) => (id === null ? [] : [id]));
  const outputs = operator.outputs.flatMap((id) => (id === null ? [] : [id]));
  const results = outputs.map((id) => tensorAt(graph, id));
  if (results.some((tensor) => tensor.variable === true || !isFixed(tensor))) return undefined;
  if (operator.type === 'SHAPE') return shapeContent(graph, ids, outputs);
  const inputs = ids.map((id) => tensorAt(graph, id));
  const isExact =
    moving.has(operator.type) ||
    (counting.has(operator.type) && [...inputs, ...results].every(({ dtype }) => wholeNumbers.has(dtype)));
  if (!isExact || inputs.length === 0 || !inputs.every((tensor) => isConstant(tensor) && tensor.variable !== true)) {
    return undefined;
  }
  const bytes = (list: readonly Tensor[]) => list.reduce((sum, tensor) => sum + (tensorBytes(tensor) ?? 0), 0);
  if (bytes(results) > bytes(inputs) + growthBytes) return undefined;
  return run(graph, operator, ids, outputs);
}

function shapeContent(
  graph: Graph,
  [input = -1]: readonly TensorId[],
  [output = -1]: readonly TensorId[],
): ReadonlyMap<TensorId, Uint8Array> | undefined {
  const source = graph.tensors[input];
  const extents = source === undefined || !isFixed(source) ? undefined : concreteShape(source.shape);
  const isWide = graph.tensors[output]?.dtype === 'int64';
  if (extents === undefined) return undefined;
  const data = isWide ? BigInt64Array.from(extents, BigInt) : Int32Array.from(extents);
  return new Map([[output, new Uint8Array(data.buffer)]]);
}

function run(
  graph: Graph,
  operator: Operator,
  inputs: readonly TensorId[],
  outputs: readonly TensorId[],
): ReadonlyMap<TensorId, Uint8Array> | undefined {
  const ids = [...new Set([...inputs, ...outputs])];
  const numberOf = (id: TensorId | null) => (id === null ? null : ids.indexOf(id));
  try {
    const interpreter = openInterpreter({
      ...graph,
      subgraphs: [],
      tensors: ids.map((id) => tensorAt(graph, id)),
      operators: [{ ...operator, inputs: operator.inputs.map(numberOf), outputs: operator.outputs.map(numberOf) }],
      inputs: [],
      outputs: outputs.map((id) => ids.indexOf(id)),
    });
    const values = interpreter.run([]);
    const contents = outputs.map((id, position) => {
      const { buffer, byteOffset = 0, byteLength = 0 } = values[position] ?? new Uint8Array(0);
      return [id, new Uint8Array(buffer, byteOffset, byteLength).slice()] as const;
    });
    const isWhole = contents.every(([id, data]) => data.byteLength === tensorBytes(tensorAt(graph, id)));
    return isWhole ? new Map(contents) : undefined;
  } catch (error) {
    // A kernel that does not take the operator: it stays.
    if (error instanceof UserError) return undefined;
    throw error;
  }
}
