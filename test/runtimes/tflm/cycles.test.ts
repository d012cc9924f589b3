import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import wholeModels from '../../../bench/tflm-whole-models.json' with { type: 'json' };
import { readTflite } from '../../../src/formats/tflite/read.ts';
import type { Graph } from '../../../src/graph/graph.ts';
import { costOf, operatorCost } from '../../../src/runtimes/tflm/cycles.ts';
import { kernelWork } from '../../../src/runtimes/tflm/kernel-work/kernel-work.ts';
import { inputRadius, shareWithin } from '../../../src/runtimes/tflm/kernel-work/radius.ts';
import { positionsInside } from '../../../src/runtimes/tflm/kernel-work/window.ts';
import type { KernelBuild } from '../../../src/runtimes/tflm/kernels.ts';
import { loadBoard, parseBoard } from '../../../src/targets/load.ts';
import { boardTexts } from '../../../src/targets/registry.ts';
import { describeWithReference, hasReference, referenceBytes, referenceJson } from '../../support/reference.ts';
import { computed, constant, graphOf, operator } from '../../support/tensor-graphs.ts';

const builds = {
  dsp: { library: 'cmsis-nn', vectors: 'dsp' },
  mve: { library: 'cmsis-nn', vectors: 'mve' },
  plain: { library: 'cmsis-nn', vectors: 'none' },
  reference: { library: 'reference', vectors: 'dsp' },
} as const satisfies Record<string, KernelBuild>;

type Shape = readonly number[];
function windowed(
  type: 'CONV_2D' | 'DEPTHWISE_CONV_2D',
  [input, filter, output]: readonly [Shape, Shape, Shape],
  stride = 1,
): Graph {
  return graphOf(
    'tflite',
    [computed('x', input), constant('w', filter), computed('y', output)],
    [operator(type, [0, 1, null], [2], { padding: 'SAME', stride_h: stride, stride_w: stride })],
    [0],
    [2],
  );
}
const one = (type: string, input: Shape, output: Shape): Graph =>
  graphOf('tflite', [computed('x', input), computed('y', output)], [operator(type, [0], [1])], [0], [1]);

function workOf(graph: Graph, build: keyof typeof builds) {
  const [first] = graph.operators;
  if (first === undefined) throw new Error('the graph has no operator');
  return kernelWork(graph, first, builds[build]);
}

describe('loops of a kernel, counted by hand', () => {
  const pointwise = windowed('CONV_2D', [
    [1, 3, 3, 6],
    [5, 1, 1, 6],
    [1, 3, 3, 5],
  ]);
  const strided = windowed(
    'CONV_2D',
    [
      [1, 4, 6, 16],
      [4, 1, 1, 16],
      [1, 2, 3, 4],
    ],
    2,
  );
  const padded = windowed('CONV_2D', [
    [1, 3, 3, 3],
    [2, 3, 3, 3],
    [1, 3, 3, 2],
  ]);
  const depthwise = windowed('DEPTHWISE_CONV_2D', [
    [1, 3, 3, 6],
    [1, 3, 3, 6],
    [1, 3, 3, 6],
  ]);
  const wide = windowed('DEPTHWISE_CONV_2D', [
    [1, 2, 2, 130],
    [1, 3, 3, 130],
    [1, 2, 2, 130],
  ]);
  test.each([
    // Nine rows: four pairs and one; five channels: two pairs and one; six columns: four and two.
    [
      'pointwise',
      pointwise,
      'dsp',
      'conv-1x1/int8',
      { perMac: 8 * 4 * 4, perTailMac: 8 * 4 * 2 + 9 * 6, perSingleMac: 4 * 6, perWeight: 30 },
    ],
    [
      'pointwise',
      pointwise,
      'mve',
      'conv-1x1/int8',
      { perOutputBlock: 2 * 5, perSingleOutput: 5, perVector: 10, perSingleVector: 5 },
    ],
    // Two rows of three positions, each with all weights.
    [
      'strided',
      strided,
      'dsp',
      'conv-1x1/int8',
      { perWeight: 2 * 64, perMac: 2 * 2 * 4 * 16, perSingleMac: 2 * 4 * 16, perRow: 2 },
    ],
    // Of 9 × 9 filter positions 49 lie inside a 3 × 3 image.
    [
      'padded',
      padded,
      'dsp',
      'conv/int8',
      { perTap: 49, perPaddedTap: 32, perMac: 8 * 2 * 24, perTailMac: 8 * 2 * 3, perSingleMac: 54 },
    ],
    [
      'padded',
      padded,
      'mve',
      'conv/int8',
      { perTap: 81, perTapVector: 81, perVector: 2 * 2 * 2, perSingleVector: 2 * 2 },
    ],
    [
      'padded',
      padded,
      'reference',
      'conv/int8',
      { perMac: 49 * 3 * 2, perTap: 98, perPaddedTap: 64, perRow: 9 * 2 * 3 },
    ],
    [
      'depthwise',
      depthwise,
      'dsp',
      'depthwise-3x3/int8',
      { perMac: 49 * 4, perTailMac: 49 * 2, perOutputBlock: 9, perSingleOutput: 18 },
    ],
    [
      'depthwise',
      depthwise,
      'mve',
      'depthwise/int8',
      { perOutputBlock: 2 * 2, perSingleOutput: 2, perVector: 2 * 2 * 9, perTapVector: 81 },
    ],
    // 130 channels are a block of 124 and one of 6.
    [
      'wide',
      wide,
      'mve',
      'depthwise/int8',
      { perTap: 2 * 4 * 9, perTapVector: 4 * 9 * (8 + 1), perOutputBlock: 31 + 2 },
    ],
    ['wide', wide, 'reference', 'depthwise/int8', { perMac: 16 * 130, perPaddedTap: 20 * 130 }],
    ['requantising', one('QUANTIZE', [2, 4], [2, 4]), 'dsp', 'requantize/int8', { perOutput: 8 }],
  ] as const)('%s (%#)', (_, graph, build, kernel, work) => {
    const { kernel: found, work: counted } = workOf(graph, build);
    expect(found).toBe(kernel);
    expect(counted).toMatchObject(work);
  });

  test('one input channel is a convolution on MVE, four channels at a time elsewhere', () => {
    const single = windowed('DEPTHWISE_CONV_2D', [
      [1, 4, 4, 1],
      [1, 3, 3, 8],
      [1, 4, 4, 8],
    ]);
    expect(workOf(single, 'mve').kernel).toBe('depthwise-as-conv/int8');
    expect(workOf(single, 'dsp').kernel).toBe('depthwise-by-four/int8');
    expect(workOf(single, 'plain').kernel).toBe('depthwise-by-four/int8');
    expect(workOf(single, 'reference').kernel).toBe('depthwise/int8');
  });
});

test('positions inside are those that a loop over all of them finds', () => {
  const small = fc.integer({ min: 1, max: 9 });
  fc.assert(
    fc.property(
      small,
      small,
      small,
      fc.integer({ min: 1, max: 3 }),
      fc.integer({ min: 1, max: 3 }),
      fc.integer({ min: 0, max: 4 }),
      (input, output, filter, stride, dilation, padding) => {
        let inside = 0;
        for (let position = 0; position < output; position++)
          for (let tap = 0; tap < filter; tap++) {
            const at = position * stride - padding + tap * dilation;
            if (at >= 0 && at < input) inside++;
          }
        expect(positionsInside({ input, output, filter, stride, dilation, padding })).toBe(inside);
      },
    ),
  );
});

test.each([
  // 31 × 2^26 / 2^23 and 15 × 2^27 / 2^25, the scale between the two powers of two that give the shift.
  [0.09, 5, 248],
  [0.2, 4, 60],
  [1 / 16, 4, 120],
])('within %f × 2^-%i of zero fixed-point functions calculate', (scale, bits, radius) => {
  expect(inputRadius(scale, bits)).toBe(radius);
});

test('the share of values near a zero point counts both sides, up to the ends of int8', () => {
  expect(shareWithin(10, 0)).toBe(19 / 256);
  expect(shareWithin(10, -128)).toBe(10 / 256);
  expect(shareWithin(1000, 3)).toBe(1);
  expect(shareWithin(0, 0)).toBe(0);
});

describe('costs', () => {
  const kernels = {
    'add/int8': { perOutput: 1 },
    'maximum/float32': { perOutput: 2 },
    'mean/int8': { perInput: 3 },
    'slice/float32': { perOutput: 6 },
    'slice/int16': { perOutput: 7 },
    'other/int8': { perOutput: 4 },
    'other/float32': { perOutput: 5 },
  };
  test.each([
    ['add/int8', { perOutput: 1 }],
    ['add-broadcast/int8', { perOutput: 1 }],
    ['minimum/float32', { perOutput: 2 }],
    ['reduce-max/int8', { perInput: 3 }],
    ['slice/int8', { perOutput: 7 }],
    ['gather/float32', { perOutput: 5 }],
    ['gather/int16', { perOutput: 4 }],
  ])('%s is taken from its own kernel, one with the same loop, or the rest', (kernel, cost) => {
    expect(costOf(kernels, kernel)).toEqual(cost);
  });

  test('every core that CMSIS-NN is built for has costs, its own or those of a core with the same instructions', () => {
    const text = boardTexts['generic-cortex-m4'] ?? '';
    const costs = ['m0plus', 'm3', 'm4', 'm7', 'm33', 'm55', 'm85'].map((core) => {
      const board = parseBoard(text.replace('core: cortex-m4', `core: cortex-${core}`), core);
      const graph = windowed('CONV_2D', [
        [1, 8, 8, 16],
        [16, 3, 3, 16],
        [1, 8, 8, 16],
      ]);
      return graph.operators.map((each) => operatorCost(graph, each, board)?.instructions ?? 0)[0] ?? 0;
    });
    const [m0plus = 0, m3 = 0, m4 = 0, m7 = 0, m33 = 0, m55 = 0, m85 = 0] = costs;
    expect([m7, m33, m85]).toEqual([m4, m4, m55]);
    expect(m0plus).toBeGreaterThan(m3);
    expect(m3).toBeGreaterThan(m4);
    expect(m4).toBeGreaterThan(2 * m55);
    expect(m55).toBeGreaterThan(0);
  });

  test.each(['esp32', 'esp32-c3', 'esp32-c6', 'esp32-p4', 'esp32-s3'])(
    'what ESP-NN has no kernel for on an %s runs as plain C: as many instructions as the reference kernels take',
    (id) => {
      const [board, arm] = [loadBoard(id), loadBoard('arduino-nano-33-ble')];
      const tflm = { ...arm.runtimes.tflm, kernelLibrary: 'reference' };
      const reference = { ...arm, runtimes: { ...arm.runtimes, tflm } };
      const cycles =
        (board.core.plainKernels?.perInstruction.value ?? 0) * (board.runtimes.tflm?.cyclesPerInstruction?.value ?? 1);
      const costs = (graph: Graph) =>
        [board, reference].map((each) => graph.operators.map((one) => operatorCost(graph, one, each))[0]);
      const [own, plain] = costs(one('HARD_SWISH', [1, 20, 20, 16], [1, 20, 20, 16]));
      expect(own?.cycles).toBeCloseTo(cycles * (plain?.instructions ?? Number.NaN), -2);
      // An operator that ESP-NN has is not run so.
      const [conv, plainConv] = costs(
        windowed('CONV_2D', [
          [1, 8, 8, 16],
          [16, 1, 1, 16],
          [1, 8, 8, 16],
        ]),
      );
      expect(Math.abs((conv?.cycles ?? 0) / (cycles * (plainConv?.instructions ?? 0)) - 1)).toBeGreaterThan(0.05);
    },
  );

  test('a mean walks through its input: it costs more than pooling it', () => {
    const mean = graphOf(
      'tflite',
      [computed('x', [1, 4, 4, 48]), constant('axes', [2], 'int32'), computed('y', [1, 48])],
      [operator('MEAN', [0, 1], [2])],
      [0],
      [2],
    );
    const pool = graphOf(
      'tflite',
      [computed('x', [1, 4, 4, 48]), computed('y', [1, 1, 1, 48])],
      [operator('AVERAGE_POOL_2D', [0], [1], { filter_height: 4, filter_width: 4, padding: 'VALID' })],
      [0],
      [1],
    );
    const board = loadBoard('arduino-nano-33-ble');
    const instructions = (graph: Graph) =>
      graph.operators.map((each) => operatorCost(graph, each, board)?.instructions ?? 0)[0] ?? 0;
    // 130 to 140 instructions an element were counted for such shapes.
    expect(instructions(mean) / (16 * 48)).toBeGreaterThan(110);
    expect(instructions(mean) / (16 * 48)).toBeLessThan(150);
    expect(instructions(mean)).toBeGreaterThan(5 * instructions(pool));
  });
});

describeWithReference('instructions against TensorFlow Lite Micro itself', () => {
  type Run = { readonly status?: string; readonly ops?: readonly (readonly [string, number])[] };
  const runs = hasReference ? Object.entries(referenceJson<Record<string, Record<string, Run>>>('tflm.json')) : [];
  const quantile = (values: readonly number[], share: number) =>
    [...values].sort((a, b) => a - b)[Math.floor(share * values.length)] ?? Number.NaN;
  test.each([
    ['m4', 137],
    ['m55', 125],
  ] as const)(
    'on %s totals are within 3 %% in the median and 10 %% for nine in ten, operators within 20 %% for nine in ten',
    (core, count) => {
      const board = loadBoard(`generic-cortex-${core}`);
      const totals: number[] = [];
      const operators: number[] = [];
      for (const [file, own] of runs) {
        const counted = own[core]?.ops;
        if (own[core]?.status !== 'ok' || counted === undefined) continue;
        const graph = readTflite(referenceBytes({ file }), file);
        if (graph.operators.length !== counted.length) continue;
        const ours = graph.operators.map((each) => operatorCost(graph, each, board)?.instructions ?? 0);
        const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
        totals.push(Math.abs(sum(ours) / sum(counted.map(([, each]) => each)) - 1));
        ours.forEach((each, index) => {
          const truth = counted[index]?.[1] ?? 0;
          if (truth >= 2000) operators.push(Math.abs(each / truth - 1));
        });
      }
      expect(totals).toHaveLength(count);
      expect(quantile(totals, 0.5)).toBeLessThan(0.03);
      expect(quantile(totals, 0.9)).toBeLessThan(0.1);
      expect(quantile(operators, 0.9)).toBeLessThan(0.2);
    },
  );

  const counts: Readonly<Record<string, Readonly<Record<string, readonly number[]>>>> = wholeModels;
  test.each(['m0plus/cmsis-nn', 'm0plus/reference', 'm3/cmsis-nn', 'm3/reference', 'm4/reference', 'm55/reference'])(
    'of %s totals of int8 models are within 3 %% in the median and 10 %% for nine in ten',
    (build) => {
      const [core, library] = build.split('/');
      const text = (boardTexts['generic-cortex-m4'] ?? '')
        .replace('core: cortex-m4', `core: cortex-${core}`)
        .replace('kernelLibrary: cmsis-nn', `kernelLibrary: ${library}`);
      const board = parseBoard(text, build);
      const errors = Object.entries(counts).flatMap(([file, own]) => {
        const ticks = own[build];
        if (ticks === undefined) return [];
        const graph = readTflite(referenceBytes({ file }), file);
        const ours = graph.operators.map((each) => operatorCost(graph, each, board)?.instructions ?? 0);
        expect(ours).toHaveLength(ticks.length);
        const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
        return [Math.abs(sum(ours) / (40 * sum(ticks)) - 1)];
      });
      expect(errors).toHaveLength(75);
      expect(quantile(errors, 0.5)).toBeLessThan(0.03);
      expect(quantile(errors, 0.9)).toBeLessThan(0.1);
    },
  );
});
