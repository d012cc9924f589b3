import { UserError } from '../../errors.ts';
import type { Graph } from '../../graph/graph.ts';
import { inferShapes } from '../../graph/infer-shapes.ts';
import { lowerToTflite } from '../../lower/lower.ts';
import { simplifyOnnx } from '../../passes/simplify.ts';

/** The network in the operators that the estimate knows, or why there is none. */
export type LoweredNetwork = { readonly graph: Graph } | { readonly refusal: string };

/** A TensorFlow Lite graph as it is; an ONNX graph lowered, integers between its QuantizeLinear and DequantizeLinear as integer operators. */
export function loweredNetwork(graph: Graph): LoweredNetwork {
  if (graph.dialect === 'tflite') return { graph };
  try {
    return { graph: lowerToTflite(simplifyOnnx(inferShapes(graph))).graph };
  } catch (error) {
    if (error instanceof UserError) return { refusal: error.message };
    throw error;
  }
}
