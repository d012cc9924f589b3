import { inputTensor, outputTensor } from '../../../graph/access.ts';
import type { Graph, Operator, Tensor } from '../../../graph/graph.ts';
import { streamKinds } from '../../../kernels/decode-format.ts';
import type { Requests } from './requests.ts';

/** Bytes of a decoder's state, by the kind in the stream's header: `DecodeStateLut`, `DecodeStateHuffman`, `DecodeStatePrune` with pointers of 32 bits. */
const stateBytes: Readonly<Record<number, number>> = {
  [streamKinds.table]: 36,
  [streamKinds.huffman]: 28,
  [streamKinds.mask]: 40,
};

/**
 * What TFLM_DECODE asks for: a list of its decoders, and each decoder's state; a mask keeps zero points per channel unless all are 0.
 * Source: tensorflow/tflite-micro 90b983c, lite/micro/kernels/decode.cc, decode_state.cc, decode_state_prune.cc.
 */
export function decodeRequests(graph: Graph, operator: Operator): Requests {
  const states = operator.outputs.flatMap((_, position) => {
    const kind = inputTensor(graph, operator, 2 * position + 1)?.data?.[0] ?? streamKinds.table;
    const zeroPoints = kind === streamKinds.mask ? keptZeroPoints(outputTensor(graph, operator, position)) : 0;
    return [stateBytes[kind] ?? 0, ...(zeroPoints > 0 ? [zeroPoints] : [])];
  });
  return { persistent: [4 * operator.outputs.length, ...states], scratch: [] };
}

function keptZeroPoints(output: Tensor | undefined): number {
  const zeroPoints = output?.quantization?.zeroPoint ?? [];
  return zeroPoints.length > 1 && zeroPoints.some((zeroPoint) => zeroPoint !== 0) ? zeroPoints.length : 0;
}
