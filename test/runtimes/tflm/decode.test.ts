import { describe, expect, test } from 'vitest';
import { makeRandom } from '../../../src/basics/random.ts';
import { encodeHuffman } from '../../../src/encode/encode-huffman.ts';
import { encodeMask } from '../../../src/encode/encode-mask.ts';
import { encodeTable } from '../../../src/encode/encode-table.ts';
import { insertDecode } from '../../../src/encode/insert-decode.ts';
import type { Graph, Tensor } from '../../../src/graph/graph.ts';
import { tflmArena } from '../../../src/runtimes/tflm/arena/arena.ts';
import { cSource } from '../../../src/runtimes/tflm/c-source.ts';
import { operatorCost } from '../../../src/runtimes/tflm/cycles.ts';
import { encodeForTflm } from '../../../src/runtimes/tflm/encode.ts';
import { runtimeFlash } from '../../../src/runtimes/tflm/flash/flash.ts';
import { unsupported } from '../../../src/runtimes/tflm/support/unsupported.ts';
import { loadBoard } from '../../../src/targets/load.ts';
import { computed, graphOf, operator } from '../../support/tensor-graphs.ts';

const board = loadBoard('generic-cortex-m4');
const one = { scale: [0.5], zeroPoint: [0], axis: 0 };
const encoders = { table: encodeTable, mask: encodeMask, huffman: encodeHuffman };

/** A pointwise convolution of one position, or a depthwise one of 5x5 positions, whose weights are of so many values. */
function layer(filters: number, depth: number, isDepthwise: boolean, values: number): Graph {
  const random = makeRandom(7);
  const channels = isDepthwise ? depth : filters;
  const shape = isDepthwise ? [1, 3, 3, depth] : [filters, 1, 1, depth];
  const weights: Tensor = {
    name: 'w',
    dtype: 'int8',
    shape,
    data: Uint8Array.from({ length: shape.reduce((product, extent) => product * extent, 1) }, () => random(values)),
    quantization: {
      scale: Array.from({ length: channels }, (_, channel) => 0.01 + channel / 1000),
      zeroPoint: new Array<number>(channels).fill(0),
      axis: isDepthwise ? 3 : 0,
    },
  };
  const side = isDepthwise ? 5 : 1;
  const image = (name: string, depth: number): Tensor => ({
    ...computed(name, [1, side, side, depth]),
    quantization: one,
  });
  const strides = { padding: 'SAME', stride_w: 1, stride_h: 1, dilation_w_factor: 1, dilation_h_factor: 1 };
  const attributes = isDepthwise ? { ...strides, depth_multiplier: 1 } : strides;
  return graphOf(
    'tflite',
    [image('x', depth), weights, image('y', channels)],
    [operator(isDepthwise ? 'DEPTHWISE_CONV_2D' : 'CONV_2D', [0, 1], [2], attributes)],
    [0],
    [2],
  );
}

function encoded(graph: Graph, kind: keyof typeof encoders): Graph {
  const encoding = encoders[kind](graph.tensors[1] as Tensor);
  if (encoding === undefined) throw new Error('no encoding');
  return insertDecode(graph, [{ tensor: 1, consumers: [0], encoding, before: 0, after: 0 }]);
}

/** TensorFlow Lite Micro 90b983c with CMSIS-NN on an emulated Cortex-M4: arena that it used, and instructions more than with plain weights. */
describe('what the interpreter itself needed', () => {
  test.each([
    ['table', 64, 64, false, 16, 5284, 15_840],
    ['table', 64, 64, false, 8, 5284, 18_640],
    ['table', 64, 64, false, 64, 5284, 105_680],
    ['table', 16, 256, false, 16, 5044, 14_480],
    ['table', 128, 27, false, 16, 5188, 37_720],
    ['mask', 64, 64, false, 100, 5284, 69_800],
    ['huffman', 64, 64, false, 16, 5268, undefined],
    ['huffman', 128, 27, false, 64, 5172, undefined],
    ['table', 0, 64, true, 64, 4836, 16_080],
    ['mask', 0, 128, true, 64, 9124, 19_760],
  ] as const)('%s of %i x %i, depthwise %s, %i values', (kind, filters, depth, isDepthwise, values, arena, more) => {
    const graph = encoded(layer(filters, depth, isDepthwise, values), kind);
    expect(unsupported(graph)).toEqual([]);
    expect(tflmArena(graph, { library: 'cmsis-nn', vectors: 'dsp' }).memory.arenaUsed).toBe(arena);
    const [first] = graph.operators;
    const instructions = first === undefined ? 0 : (operatorCost(graph, first, board)?.instructions ?? 0);
    if (more !== undefined) expect(Math.abs(instructions / more - 1)).toBeLessThan(0.2);
    else expect(instructions).toBeGreaterThan(20 * filters * depth);
  });
});

describe('encodeForTflm', () => {
  const graph = layer(512, 512, false, 16);

  test('flash that is saved is weighed against the code, once', () => {
    const flash = (each: Graph) => runtimeFlash(each, board).parts.reduce((sum, { bytes }) => sum + bytes, 0);
    const { graph: small } = encodeForTflm(layer(64, 64, false, 16), board, { flashPerRam: 0, maximumSlowdown: 100 });
    expect(small.operators).toHaveLength(1);
    const { graph: large, fileBytes } = encodeForTflm(graph, board, { flashPerRam: 0, maximumSlowdown: 100 });
    expect(large.operators.map(({ type }) => type)).toEqual(['TFLM_DECODE', 'CONV_2D']);
    // The streams of bytes do not make it a model of other types than int8.
    expect(flash(large) - flash(graph)).toBeLessThan(20_000);
    expect(fileBytes[0] - fileBytes[1]).toBeGreaterThan(flash(large) - flash(graph));
  });

  test('memory and time are limits', () => {
    // 262,144 bytes of weights are decoded into memory to save half of them.
    expect(encodeForTflm(graph, board, { maximumSlowdown: 100 }).graph).toBe(graph);
    expect(encodeForTflm(graph, board, { flashPerRam: 0 }).graph).toBe(graph);
  });

  test('the decoder is registered', () => {
    const source = cSource('m', { bytes: new Uint8Array(4), graph: encoded(graph, 'table') }, { arenaRequired: 1 });
    expect(source.header).toContain('(resolver).AddDecode();');
  });
});
