import { expect, test } from 'vitest';
import type { Graph } from '../../../src/graph/graph.ts';
import { operatorCost } from '../../../src/runtimes/tflm/cycles.ts';
import type { KernelBuild } from '../../../src/runtimes/tflm/kernels.ts';
import { weightPasses } from '../../../src/runtimes/tflm/weight-passes.ts';
import type { Board } from '../../../src/targets/board.ts';
import { loadBoard } from '../../../src/targets/load.ts';
import { computed, constant, graphOf, operator } from '../../support/tensor-graphs.ts';

type Shape = readonly number[];

function convolution([input, filter, output]: readonly [Shape, Shape, Shape], stride = 1): Graph {
  return graphOf(
    'tflite',
    [computed('x', input, 'float32'), constant('w', filter, 'float32'), computed('y', output, 'float32')],
    [operator('CONV_2D', [0, 1, null], [2], { padding: 'SAME', stride_h: stride, stride_w: stride })],
    [0],
    [2],
  );
}

function firstOf({ operators: [first] }: Graph) {
  if (first === undefined) throw new Error('the graph has no operator');
  return first;
}

const window = convolution([
  [1, 5, 5, 8],
  [8, 3, 3, 8],
  [1, 5, 5, 8],
]);
const strided = convolution(
  [
    [1, 4, 6, 8],
    [8, 1, 1, 8],
    [1, 2, 3, 8],
  ],
  2,
);
const dsp: KernelBuild = { library: 'cmsis-nn', vectors: 'dsp' };

test.each([
  ['every position in the reference loops', window, 'conv/float32', dsp, 25],
  ['the same without CMSIS-NN', window, 'conv/int8', { library: 'reference', vectors: 'none' }, 25],
  ['every two columns, the odd one alone', window, 'conv/int8', dsp, 13],
  ['every four columns with MVE', window, 'conv/int8', { library: 'cmsis-nn', vectors: 'mve' }, 7],
  ['once for all positions of a pointwise one', window, 'conv-1x1/int8', dsp, 1],
  ['every row of a pointwise one with a stride', strided, 'conv-1x1/int8', dsp, 2],
] as const)('all weights are read at %s', (_, graph, kernel, build, passes) => {
  expect(weightPasses(graph, firstOf(graph), kernel, build)).toBe(passes);
});

/** Cycles of waiting on a Pico 2 with a cache of so many bytes. */
function cyclesWith(cacheBytes: number): number {
  const board = loadBoard('pico-2');
  const { tflm } = board.runtimes;
  const changed: Board = {
    ...board,
    runtimes: { tflm: { ...tflm, weightCacheBytes: { value: cacheBytes, source: 'device' } } },
  };
  return operatorCost(window, firstOf(window), changed)?.cycles ?? Number.NaN;
}

test('weights that the cache holds are fetched once, others at every pass and as fast as they stream', () => {
  const bytes = 8 * 3 * 3 * 8 * 4;
  expect(cyclesWith(bytes)).toBe(cyclesWith(2 * bytes));
  expect(cyclesWith(bytes - 1) - cyclesWith(bytes)).toBeCloseTo(24 * bytes * 7.1);
});
