import { describe, expect, test } from 'vitest';
import { readTflite } from '../../../src/formats/tflite/read.ts';
import type { Graph } from '../../../src/graph/graph.ts';
import { tflmArena } from '../../../src/runtimes/tflm/arena/arena.ts';
import type { KernelBuild } from '../../../src/runtimes/tflm/kernels.ts';
import { offlinePlanName } from '../../../src/runtimes/tflm/offline-plan/offline-plan.ts';
import { describeWithReference, hasReference, referenceBytes, referenceJson } from '../../support/reference.ts';
import { computed, constant, graphOf, operator } from '../../support/tensor-graphs.ts';

const dsp: KernelBuild = { library: 'cmsis-nn', vectors: 'dsp' };
const mve: KernelBuild = { library: 'cmsis-nn', vectors: 'mve' };

/** 64 int8 inputs, one dense layer of 12 outputs, all with one scale. */
function dense(): Graph {
  const quantization = { scale: [1], zeroPoint: [0], axis: 0 };
  return graphOf(
    'tflite',
    [
      { ...computed('in', [1, 64]), quantization },
      constant('weights', [12, 64], 'int8', 1),
      constant('bias', [12], 'int32', 1),
      { ...computed('out', [1, 12]), quantization },
    ],
    [operator('FULLY_CONNECTED', [0, 1, 2], [3])],
    [0],
    [3],
  );
}

describe('tflmArena', () => {
  test('of a dense layer, worked out by hand', () => {
    // Shared: 64 + 16. Tail: 36 + 44 + 36 + 8 + 8 + 4·12 + 32 = 212, options 5 → 217, state 72 → 304 (aligned),
    // then per side a pointer → 16 aligned, 32 + 12 + 8: 304 + 16 + 52 = 372, + 4 → 384, + 52 = 436.
    const { memory, parts } = tflmArena(dense(), dsp);
    expect(memory.arenaUsed).toBe(80 + 436);
    // Preparing needs the list of twelve scratch requests (144) and four described tensors of 52 bytes beside the first 304.
    expect(memory.arenaRequired).toBe(304 + 144 + 4 * 52);
    expect(memory.lowerBound).toBe(80);
    expect(parts.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(memory.arenaRequired);
  });

  test('MVE keeps the sums of the weights', () => {
    expect(tflmArena(dense(), mve).memory.arenaUsed - tflmArena(dense(), dsp).memory.arenaUsed).toBe(48);
  });

  test('an offline plan decides where buffers are', () => {
    const plan = new Int32Array([1, 0, 4, 128, -1, -1, 0]);
    const metadata = [{ name: offlinePlanName, data: new Uint8Array(plan.buffer) }];
    const { memory } = tflmArena({ ...dense(), extras: { metadata } }, dsp);
    expect(memory.buffers.map(({ offset }) => offset)).toEqual([128, 0]);
    expect(memory.arenaUsed).toBe(128 + 64 + 436);
  });

  test('subgraphs that call each other without end are planned all the same', () => {
    const loop = graphOf(
      'tflite',
      [computed('x', [16])],
      [operator('WHILE', [0], [0], { cond_subgraph_index: 1, body_subgraph_index: 1 })],
      [0],
      [0],
    );
    expect(tflmArena({ ...loop, subgraphs: [loop] }, dsp).memory.lowerBound).toBe(32);
  });

  test('a graph without operators, and tensors nobody touches', () => {
    const idle = graphOf('tflite', [computed('in', [32]), computed('unused', [100])], [], [0], [0]);
    const { memory, liveBytes } = tflmArena(idle, dsp);
    expect(liveBytes).toEqual([]);
    expect(memory.buffers.map(({ bytes, offset }) => [bytes, offset])).toEqual([
      [32, 0],
      [112, 0],
    ]);
  });
});

type Runs = Readonly<
  Record<string, Readonly<Partial<Record<'m4' | 'm55', { arena_used?: number; arena_min?: number }>>>>
>;

describeWithReference('tflmArena against TensorFlow Lite Micro itself', () => {
  const runs = hasReference ? Object.entries(referenceJson<Runs>('tflm.json')) : [];
  test.each([
    ['m4', dsp, 138],
    ['m55', mve, 126],
  ] as const)('on %s every arena is exact to the byte', (core, build, count) => {
    const ours: Record<string, readonly number[]> = {};
    const theirs: Record<string, readonly number[]> = {};
    for (const [file, own] of runs) {
      const run = own[core];
      if (run?.arena_used === undefined || run.arena_min === undefined) continue;
      const { memory } = tflmArena(readTflite(referenceBytes({ file }), file), build);
      ours[file] = [memory.arenaUsed, memory.arenaRequired];
      theirs[file] = [run.arena_used, run.arena_min];
    }
    expect(Object.keys(theirs)).toHaveLength(count);
    expect(ours).toEqual(theirs);
  });
});
