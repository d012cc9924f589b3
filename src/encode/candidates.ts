import { elementCount, tensorAt } from '../graph/access.ts';
import type { Graph, Tensor, TensorId } from '../graph/graph.ts';
import type { StreamKind } from '../kernels/decode-format.ts';
import { defaultLookupBytes, encodeHuffman } from './encode-huffman.ts';
import { encodeMask } from './encode-mask.ts';
import { encodeTable } from './encode-table.ts';
import { type Encoding, encodingBytes } from './encoding.ts';

/** Operators whose kernels take weights, at this position, that are computed; sources: their `Prepare` in tensorflow/tflite-micro 90b983c. */
const weightsAt: Readonly<Record<string, number>> = {
  CONV_2D: 1,
  DEPTHWISE_CONV_2D: 1,
  FULLY_CONNECTED: 1,
  TRANSPOSE_CONV: 1,
};

/** Bytes in the file of an operator and its output, and of the two tensors that hold a stream: tables, vectors and buffers, as `writeTflite` writes them. */
const operatorOverhead = 72;
const streamOverhead = 176;

/** A tensor that weights less as a stream. */
export interface Candidate {
  readonly tensor: TensorId;
  /** Operators that read it, and nothing else does. */
  readonly consumers: readonly number[];
  readonly encoding: Encoding;
  /** Bytes of the file before, and about so many after, with all that the file needs to say. */
  readonly before: number;
  readonly after: number;
}

/** Instructions of a look-up in a Huffman table and of decoding an element, on a Cortex-M4; source: decode-costs.json of the runtime `tflm`. */
const lookupInstructions = 20;
function instructionsPerElement({ kind, ancillary }: Encoding): number {
  if (kind === 'huffman') return 26;
  if (kind === 'mask') return 17;
  const bits = ancillary[5] ?? 0;
  return bits >= 2 && bits <= 4 ? 4 : 24;
}

/** What a weight tensor would take in the encoding that is smallest, time counted as it is for look-ups; `undefined` where a kernel that reads it needs it in the file. */
export function candidateOf(
  graph: Graph,
  id: TensorId,
  kinds: readonly StreamKind[],
  lookupBytes: number = defaultLookupBytes,
): Candidate | undefined {
  const tensor = tensorAt(graph, id);
  const consumers = decodingConsumers(graph, id);
  if (tensor.data === undefined || consumers === undefined) return undefined;
  const elements = elementCount(tensor) ?? 0;
  const worth = (each: Encoding) =>
    encodingBytes(each) + (elements * instructionsPerElement(each) * lookupBytes) / lookupInstructions;
  const [encoding] = kinds
    .flatMap((kind) => encoders[kind](firstAxis(tensor), lookupBytes) ?? [])
    .sort((a, b) => worth(a) - worth(b));
  if (encoding === undefined) return undefined;
  const after = encodingBytes(encoding) + streamOverhead + operatorOverhead * consumers.length;
  return { tensor: id, consumers, encoding, before: tensor.data.length, after };
}

const encoders: Readonly<Record<StreamKind, (tensor: Tensor, lookupBytes: number) => Encoding | undefined>> = {
  table: encodeTable,
  huffman: encodeHuffman,
  mask: encodeMask,
};

/** Operators that read a tensor as their weights; `undefined` when it is read in any other way, or not at all. */
function decodingConsumers(graph: Graph, id: TensorId): readonly number[] | undefined {
  if (graph.outputs.includes(id) || graph.inputs.includes(id)) return undefined;
  const consumers: number[] = [];
  for (const [index, { domain, type, inputs }] of graph.operators.entries()) {
    const positions = inputs.flatMap((input, position) => (input === id ? [position] : []));
    if (positions.length === 0) continue;
    if (domain !== '' || positions.length > 1 || positions[0] !== weightsAt[type]) return undefined;
    consumers.push(index);
  }
  return consumers.length === 0 ? undefined : consumers;
}

/** With one scale the axis says nothing, and yet the decoder refuses any but the first. */
export function firstAxis(tensor: Tensor): Tensor {
  if (tensor.quantization?.scale.length !== 1) return tensor;
  const { quantizedDimension: _, ...extras } = (tensor.extras ?? {}) as { readonly quantizedDimension?: number };
  const { extras: __, ...others } = tensor;
  return {
    ...others,
    quantization: { ...tensor.quantization, axis: 0 },
    ...(Object.keys(extras).length === 0 ? {} : { extras }),
  };
}
