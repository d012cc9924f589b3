import { isDeepStrictEqual } from 'node:util';
import { expect } from 'vitest';
import { UserError } from '../../../src/errors.ts';
import { encode } from '../../../src/formats/onnx/encode.ts';
import type {
  GraphProto,
  ModelProto,
  NodeProto,
  TypeProto,
  ValueInfoProto,
} from '../../../src/formats/onnx/messages.ts';
import { type ReadOnnxOptions, readOnnx } from '../../../src/formats/onnx/read.ts';
import { writeOnnx } from '../../../src/formats/onnx/write.ts';
import type { Graph, Tensor } from '../../../src/graph/graph.ts';

/** The bytes of a model with this graph. */
export function modelBytes(graph: GraphProto, model: ModelProto = {}): Uint8Array {
  return encode('ModelProto', { irVersion: 8, opsetImport: [{ version: 13 }], ...model, graph });
}

/** What is read of a model with this graph. */
export function read(graph: GraphProto, model: ModelProto = {}, options: ReadOnnxOptions = {}): Graph {
  return readOnnx(modelBytes(graph, model), 'a.onnx', options);
}

/** A dense float32 type unless told otherwise. */
function tensorType(dims: readonly (number | string)[], elemType = 1): TypeProto {
  const dim = dims.map((extent) => (typeof extent === 'number' ? { dimValue: extent } : { dimParam: extent }));
  return { tensorType: { elemType, shape: dim.length === 0 ? {} : { dim } } };
}

/** The entry of a tensor among inputs, outputs or `value_info`. */
export function info(name: string, dims: readonly (number | string)[] = [1], elemType = 1): ValueInfoProto {
  return { name, type: tensorType(dims, elemType) };
}

/** A node with one output. */
export function node(opType: string, input: readonly string[], output: string, more: NodeProto = {}): NodeProto {
  return { opType, input, output: [output], ...more };
}

/** A graph x → Relu → y with additions. */
export function relu(more: GraphProto = {}): GraphProto {
  return { name: 'g', input: [info('x')], output: [info('y')], node: [node('Relu', ['x'], 'y')], ...more };
}

/** Writes and reads again, and asserts that nothing changed. */
export function expectRoundTrip(graph: Graph): Uint8Array {
  const bytes = writeOnnx(graph);
  const again = readOnnx(bytes, 'again.onnx');
  if (!isDeepStrictEqual(again, graph)) expect(again).toEqual(graph);
  expect(isDeepStrictEqual(again, graph)).toBe(true);
  expect(Buffer.compare(writeOnnx(again), bytes)).toBe(0);
  return bytes;
}

/** The tensor of this name. */
export function tensorNamed(graph: Graph, name: string): Tensor {
  const tensor = graph.tensors.find((candidate) => candidate.name === name);
  if (tensor === undefined) throw new Error(`no tensor ${name}`);
  return tensor;
}

/** Asserts that a UserError is thrown that names the file and matches. */
export function expectUserError(action: () => unknown, pattern: RegExp): void {
  let thrown: unknown;
  try {
    action();
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(UserError);
  expect((thrown as Error).message).toMatch(pattern);
  expect((thrown as Error).message).toMatch(/^\S+\.(onnx|tflite)/);
}
