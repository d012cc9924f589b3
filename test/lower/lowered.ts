import { Tensor } from 'onnxruntime-node';
import { expect } from 'vitest';
import { writeOnnx } from '../../src/formats/onnx/write.ts';
import { readTflite } from '../../src/formats/tflite/read.ts';
import { writeTflite } from '../../src/formats/tflite/write.ts';
import type { Graph } from '../../src/graph/graph.ts';
import { inferShapes } from '../../src/graph/infer-shapes.ts';
import { openInterpreter } from '../../src/kernels/run-graph.ts';
import { type Lowered, lowerToTflite } from '../../src/lower/lower.ts';
import { simplifyOnnx } from '../../src/passes/simplify.ts';
import type { GraphBuilder } from '../support/onnx-graphs.ts';
import { openOnnx, runOnnx } from '../support/run-onnx.ts';
import { randomInputs, relativeDifference, toOnnxLayout, toTfliteLayout } from './compare.ts';

/** Numbers as close as single precision in another order of additions leaves them. */
export const tolerance = 1e-4;

/** Lowers a graph as `optimize` does. */
export function lowered(graph: Graph): Lowered {
  return lowerToTflite(simplifyOnnx(inferShapes(graph)));
}

/** The types of a lowered graph's operators, in order. */
export function loweredTypes({ graph }: Lowered): readonly string[] {
  return graph.operators.map(({ type }) => type);
}

/** Lowers a graph, writes and reads it, runs it in our kernels and expects what ONNX Runtime computes with the original; gives the lowered graph. */
export async function expectLowered(
  build: (graph: GraphBuilder) => Graph,
  graph: GraphBuilder,
  seed = 3,
): Promise<Lowered> {
  const original = build(graph);
  const result = lowered(original);
  const difference = await differenceToOnnxRuntime(original, result, seed);
  expect(difference).toBeLessThanOrEqual(tolerance);
  return result;
}

/** The largest difference of a lowered graph's outputs to ONNX Runtime's, relative to the largest magnitude. */
export async function differenceToOnnxRuntime(original: Graph, result: Lowered, seed: number): Promise<number> {
  const typed = typedOutputs(original);
  const session = await openOnnx(writeOnnx(typed));
  const inputs = randomInputs(typed, seed);
  const feeds = Object.fromEntries(
    typed.inputs.map((id, index) => {
      const { name, dtype, shape } = typed.tensors[id] as { name: string; dtype: 'float32'; shape: number[] };
      return [name, new Tensor(dtype, inputs[index] as Float32Array, shape)];
    }),
  );
  const expected = await runOnnx(session, feeds);
  await session.release();
  const file = readTflite(writeTflite(result.graph), 'lowered.tflite');
  const given = typed.inputs.map((id, index) =>
    toTfliteLayout(inputs[index] as Float32Array, typed.tensors[id], result.inputs[index]),
  );
  const outputs = openInterpreter(file).run(given);
  const differences = typed.outputs.map((id, index) => {
    const tensor = typed.tensors[id];
    const actual = toOnnxLayout(outputs[index] as Float32Array, tensor, result.outputs[index]);
    return relativeDifference(expected[tensor?.name ?? '']?.data ?? [], actual);
  });
  return Math.max(...differences);
}

/** Hand-built graphs do not state their outputs' types; a file must. */
function typedOutputs(graph: Graph): Graph {
  const inferred = inferShapes(graph);
  const outputs = new Set(graph.outputs);
  const tensors = graph.tensors.map((tensor, id) => (outputs.has(id) ? (inferred.tensors[id] ?? tensor) : tensor));
  return { ...graph, tensors };
}
