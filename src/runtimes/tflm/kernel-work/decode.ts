import { elementCount, inputTensor, outputTensor } from '../../../graph/access.ts';
import type { Graph, Operator, Tensor } from '../../../graph/graph.ts';
import { channelsOf, streamKinds, tableLimits } from '../../../kernels/decode-format.ts';
import { decodeHuffman } from '../../../kernels/decode-huffman.ts';
import type { NamedWork, Situation } from './work-rule.ts';

/**
 * TFLM_DECODE, by the kind of its first stream. Indices of 2 to 4 bits of int8 are read by groups where a channel's elements lie together
 * (16 elements, 32 of 3 bits); of Huffman codes those that need further tables are counted by decoding them.
 * Source: tensorflow/tflite-micro 90b983c, lite/micro/kernels/decode_state_*.cc.
 */
export function decodeWork({ graph, operator, outputs }: Situation): NamedWork | undefined {
  if (operator.type !== 'TFLM_DECODE') return undefined;
  const ancillary = inputTensor(graph, operator, 1)?.data;
  const to = outputTensor(graph, operator);
  if (ancillary === undefined || to === undefined) return undefined;
  if (ancillary[0] === streamKinds.mask) return { name: 'decode-mask', work: {} };
  if (ancillary[0] === streamKinds.huffman) {
    return { name: 'decode-huffman', work: { perIndex: Math.max(0, lookups(graph, operator, to) - outputs) } };
  }
  const bits = (ancillary[5] ?? 0) & tableLimits.indexBits;
  const channels = channelsOf(to.quantization, to.shape?.length ?? 0);
  if (to.dtype !== 'int8' || bits < 2 || bits > 4 || channels === undefined || channels.isInterleaved) {
    return { name: 'decode-table', work: {} };
  }
  const grouped = groupedElements(outputs, channels.count, bits === 3 ? 32 : 16);
  return {
    name: 'decode-packed-table',
    work: { perOutputBlock: grouped / 16, perSingleOutput: outputs - grouped, perChannel: channels.count },
  };
}

/** Elements in whole groups that begin at a multiple of the group, counted channel by channel. */
function groupedElements(elements: number, channels: number, group: number): number {
  const each = Math.floor(elements / channels);
  let grouped = 0;
  for (let channel = 0; channel < channels; channel++) {
    const start = Math.ceil((channel * each) / group) * group;
    grouped += Math.max(0, Math.floor(((channel + 1) * each - start) / group)) * group;
  }
  return grouped;
}

/** Look-ups in the tables of a Huffman code; one per element for a damaged stream, which is refused elsewhere. Streams are decoded once. */
function lookups(graph: Graph, operator: Operator, to: Tensor): number {
  const [encoded, ancillary] = [0, 1].map((position) => inputTensor(graph, operator, position)?.data);
  const elements = elementCount(to) ?? 0;
  if (encoded === undefined || ancillary === undefined) return elements;
  const known = counted.get(encoded);
  if (known?.ancillary === ancillary && known.elements === elements) return known.lookups;
  const count = countLookups(operator.name, encoded, ancillary, to.dtype === 'int16', elements);
  counted.set(encoded, { ancillary, elements, lookups: count });
  return count;
}
const counted = new WeakMap<
  Uint8Array,
  { readonly ancillary: Uint8Array; readonly elements: number; readonly lookups: number }
>();

function countLookups(where: string, encoded: Uint8Array, ancillary: Uint8Array, isWide: boolean, elements: number) {
  try {
    return decodeHuffman({ where }, encoded, ancillary, isWide ? new Int16Array(elements) : new Int8Array(elements));
  } catch {
    return elements;
  }
}
