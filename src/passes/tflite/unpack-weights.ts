import { float16ToFloat32 } from '../../basics/float16.ts';
import { isConstant, tensorAt, tensorBytes } from '../../graph/access.ts';
import { elementBits } from '../../graph/data-type.ts';
import type { Graph, Operator, Tensor } from '../../graph/graph.ts';
import { denseData } from './dense-data.ts';
import { rewriteSubgraphs } from './subgraphs.ts';

/**
 * Constants that a file keeps in fewer bytes as what is computed with, which TensorFlow Lite does once as it loads a model and TensorFlow Lite Micro does not at all:
 *
 *     sparse float16 ── DENSIFY ── DEQUANTIZE ── CONV_2D      →   float32 ── CONV_2D
 *
 * Ids of tensors stay; the very same graph where there is nothing of the kind.
 */
export function unpackWeights(graph: Graph): Graph {
  return rewriteSubgraphs(graph, (subgraph, callers) => {
    const tensors: Tensor[] = [...subgraph.tensors];
    const operators = subgraph.operators.filter((operator) => {
      const [output] = operator.outputs;
      if (typeof output !== 'number' || callers.has(output)) return true;
      const data = contentOf({ ...subgraph, tensors }, operator);
      const result = tensorAt(subgraph, output);
      if (data === undefined || data.byteLength !== tensorBytes(result)) return true;
      tensors[output] = { ...result, data };
      return false;
    });
    return operators.length === subgraph.operators.length ? subgraph : { ...subgraph, tensors, operators };
  });
}

/** What a DENSIFY or a DEQUANTIZE of float16 gives, where that is a constant. */
function contentOf(graph: Graph, { domain, type, inputs, outputs: [output] }: Operator): Uint8Array | undefined {
  const [id] = inputs;
  if (domain !== '' || typeof id !== 'number' || typeof output !== 'number') return undefined;
  const input = tensorAt(graph, id);
  const { dtype } = tensorAt(graph, output);
  if (!isConstant(input) || input.data === undefined) return undefined;
  if (type === 'DENSIFY' && dtype === input.dtype) {
    const elementBytes = elementBits(dtype) / 8;
    // Elements of half a byte would have to be unpacked first.
    return Number.isInteger(elementBytes) ? denseData(input, elementBytes) : undefined;
  }
  if (type !== 'DEQUANTIZE' || input.dtype !== 'float16' || dtype !== 'float32') return undefined;
  if (input.extras?.sparsity !== undefined) return undefined;
  return new Uint8Array(float16ToFloat32(new Uint16Array(input.data.slice().buffer)).buffer);
}
