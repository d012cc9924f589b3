import { accept } from './accept.ts';
import { channelsOf, formatVersion, headerBytes, streamKinds } from './decode-format.ts';
import { decodeHuffman } from './decode-huffman.ts';
import { decodeMask } from './decode-mask.ts';
import { decodeTable } from './decode-table.ts';
import type { Kernel, Node } from './kernel.ts';
import { input, output, refuse } from './refuse.ts';
import type { TypedArray, Value } from './values.ts';

/**
 * TFLM_DECODE: weights from streams in the file, a pair of encoded and ancillary tensor for each output. What is in the file never changes, so it is
 * decoded once, when prepared; the device decodes at every inference, into memory that it shares.
 * Source: lite/micro/kernels/decode.cc of tensorflow/tflite-micro 90b983c.
 */
export const decode: Kernel = (node) => {
  const { length } = node.outputs;
  if (length === 0 || node.inputs.length !== 2 * length) {
    refuse(node, `it has ${node.inputs.length} inputs for ${length} outputs where each output takes two`);
  }
  for (let position = 0; position < length; position++) {
    const to = output(node, position);
    decodeValue(node, input(node, 2 * position), input(node, 2 * position + 1), to);
    decoded.add(to);
  }
  return () => undefined;
};

/** True for values that a prepared TFLM_DECODE has filled: they are computed on the device, and yet always the same. */
export function isDecoded(value: Value): boolean {
  return decoded.has(value);
}
const decoded = new WeakSet<Value>();

function decodeValue(node: Node, from: Value, beside: Value, to: Value): void {
  if (!from.constant || !beside.constant) refuse(node, 'what it decodes is computed; it needs to be in the file');
  const [encoded, ancillary] = [bytesOf(from), bytesOf(beside)];
  if (ancillary.length < headerBytes) refuse(node, `its header has ${ancillary.length} bytes of ${headerBytes}`);
  if (ancillary[1] !== formatVersion || ancillary[4] !== formatVersion) {
    refuse(node, `its streams are of version ${ancillary[1]}.${ancillary[4]}; TensorFlow Lite Micro knows version 1.1`);
  }
  decodeInto(node, encoded, ancillary, to);
}

function decodeInto(node: Node, encoded: Uint8Array, ancillary: Uint8Array, to: Value): void {
  if (ancillary[0] === streamKinds.huffman) {
    decodeHuffman(node, encoded, ancillary, to.values);
    return;
  }
  if (ancillary[0] !== streamKinds.table && ancillary[0] !== streamKinds.mask) {
    refuse(node, `TensorFlow Lite Micro decodes no streams of kind ${ancillary[0]}`);
  }
  accept(node, to, 'bool', 'float32', 'int8', 'int16', 'int32', 'int64');
  const channels = channelsOf(to.quantization, to.shape.length) ?? refuse(node, 'its channels are on an inner axis');
  if (to.values.length % channels.count !== 0) refuse(node, `${channels.count} channels do not share its elements`);
  const zeroPoints = to.quantization?.zeroPoint ?? [];
  if (ancillary[0] === streamKinds.table) decodeTable(node, encoded, ancillary, channels, bitsOf(to));
  else if (to.dtype !== 'int8' && zeroPoints.some((zeroPoint) => zeroPoint !== 0)) {
    refuse(node, 'its zero points are not 0');
  } else decodeMask(node, encoded, ancillary, channels, zeroPoints, bitsOf(to));
}

/** Floats by their bits: a NaN that goes through a number may come out as another. */
function bitsOf({ values }: Value): TypedArray {
  return values instanceof Float32Array ? new Uint32Array(values.buffer, values.byteOffset, values.length) : values;
}

function bytesOf({ values }: Value): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
