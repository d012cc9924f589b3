import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { makeRandom } from '../../src/basics/random.ts';
import { clusterWeights } from '../../src/cluster/cluster-weights.ts';
import { encodeWeights } from '../../src/encode/encode-weights.ts';
import { readTflite } from '../../src/formats/tflite/read.ts';
import { writeTflite } from '../../src/formats/tflite/write.ts';
import type { Attribute, Graph, Tensor } from '../../src/graph/graph.ts';
import { openInterpreter } from '../../src/kernels/run-graph.ts';
import { describeWithReference, referenceBytes } from '../support/reference.ts';
import { tfliteGraph, tfliteOperator } from '../support/tflite-models.ts';

const one = { scale: [0.5], zeroPoint: [1], axis: 0 };
const attributes: Readonly<Record<string, Attribute>> = {
  padding: { kind: 'string', value: 'SAME' },
  stride_w: { kind: 'int', value: 1 },
  stride_h: { kind: 'int', value: 1 },
  dilation_w_factor: { kind: 'int', value: 1 },
  dilation_h_factor: { kind: 'int', value: 1 },
  fused_activation_function: { kind: 'string', value: 'NONE' },
};

/** Two pointwise convolutions, one after the other, that share their weights, and one with weights of its own that are read along the last axis. */
function network(channels: number, seed: number, spread: number, ownSpread = spread): Graph {
  const random = makeRandom(seed);
  const weights = (name: string, shape: readonly number[], axis: number, spread: number): Tensor => ({
    name,
    dtype: 'int8',
    shape,
    data: Uint8Array.from(
      { length: shape.reduce((product, extent) => product * extent, 1) },
      () => random(spread) - spread / 2,
    ),
    quantization: {
      scale: Array.from({ length: channels }, (_, channel) => Math.fround(0.01 * (channel + 1))),
      zeroPoint: new Array<number>(channels).fill(0),
      axis,
    },
  });
  const image = (name: string): Tensor => ({
    name,
    dtype: 'int8',
    shape: [1, 2, 3, channels],
    quantization: one,
  });
  const pointwise = (inputs: readonly number[], output: number) =>
    tfliteOperator('CONV_2D', { inputs, outputs: [output], attributes });
  return tfliteGraph({
    tensors: [
      ...['x', 'a', 'b', 'y'].map(image),
      weights('shared', [channels, 1, 1, channels], 0, spread),
      weights('own', [1, 3, 3, channels], 3, ownSpread),
    ],
    operators: [
      pointwise([0, 4], 1),
      tfliteOperator('DEPTHWISE_CONV_2D', {
        inputs: [1, 5],
        outputs: [2],
        attributes: { ...attributes, depth_multiplier: { kind: 'int', value: 1 } },
      }),
      pointwise([2, 4], 3),
    ],
    inputs: [0],
    outputs: [3],
  });
}

function outputsOf(graph: Graph, seed: number): readonly unknown[] {
  const interpreter = openInterpreter(graph);
  const random = makeRandom(seed);
  const inputs = interpreter.inputs.map(({ values }) => Int8Array.from(values as Int8Array, () => random(256) - 128));
  return interpreter.run(inputs);
}

describe('encodeWeights', () => {
  test('the encoded model computes the same, bit for bit, from its file too', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 40 }),
        fc.integer({ min: 1, max: 1e6 }),
        fc.constantFrom(4, 20, 256),
        fc.subarray(['table', 'huffman', 'mask'] as const, { minLength: 1 }),
        (channels, seed, spread, kinds) => {
          const graph = network(channels, seed, spread);
          const encoded = encodeWeights(graph, { force: true, kinds }).graph;
          const expected = outputsOf(graph, seed);
          expect(outputsOf(encoded, seed)).toEqual(expected);
          expect(outputsOf(readTflite(writeTflite(encoded), 'encoded.tflite'), seed)).toEqual(expected);
        },
      ),
      { numRuns: 40 },
    );
  });

  test('each operator has its weights decoded right before it', () => {
    const { graph, report } = encodeWeights(network(64, 1, 8, 256), { force: true });
    expect(graph.operators.map(({ type, inputs, outputs }) => [type, ...inputs, '→', ...outputs])).toEqual([
      ['TFLM_DECODE', 6, 7, '→', 4],
      ['CONV_2D', 0, 4, '→', 1],
      ['DEPTHWISE_CONV_2D', 1, 5, '→', 2],
      ['TFLM_DECODE', 6, 7, '→', 8],
      ['CONV_2D', 2, 8, '→', 3],
    ]);
    expect(report).toMatchObject([
      { tensor: 'shared', kind: 'table', before: 4096 },
      { tensor: 'own', kind: undefined, smallest: undefined },
    ]);
  });

  test('estimates of the file are near what it comes to', () => {
    const { report, fileBytes } = encodeWeights(network(64, 1, 8, 256), { force: true });
    const saved = report.reduce((sum, { kind, before, after }) => sum + (kind === undefined ? 0 : before - after), 0);
    expect(Math.abs(saved - (fileBytes[0] - fileBytes[1]))).toBeLessThan(150);
  });

  test('nothing is encoded when the code takes more than is saved, or memory more than it is worth', () => {
    const graph = network(64, 1, 8, 256);
    expect(encodeWeights(graph).graph).toBe(graph);
    // About 2,500 bytes are saved; the decoded weights of 4,096 bytes are then the most that is alive.
    expect(encodeWeights(graph, { codeBytes: 100 }).graph).toBe(graph);
    expect(encodeWeights(graph, { codeBytes: 100, flashPerRam: 0 }).graph).not.toBe(graph);
    expect(encodeWeights(graph, { codeBytes: 100, memoryBytes: () => 5000 }).graph).not.toBe(graph);
    expect(encodeWeights(graph, { codeBytes: 100, flashPerRam: 0, may: () => false }).graph).toBe(graph);
  });

  test('what has operators to decode it already needs no code more', () => {
    const graph = network(64, 1, 8, 256);
    const once = encodeWeights(graph, { force: true, may: (id) => id === 5 }).graph;
    expect(once).toBe(graph);
    const { graph: first } = encodeWeights(graph, { force: true });
    expect(encodeWeights(first, { force: true }).graph).toBe(first);
  });
});

describeWithReference('a network of MLPerf Tiny', () => {
  const models = 'mlcommons+tiny/benchmark/training';

  test('visual wake words loses half its file and none of its outputs', () => {
    const graph = readTflite(
      referenceBytes({ file: `${models}/visual_wake_words/trained_models/vww_96_int8.tflite` }),
      'vww.tflite',
    );
    const { graph: encoded, fileBytes, memoryBytes } = encodeWeights(graph);
    expect(fileBytes[1]).toBeLessThan(0.5 * fileBytes[0]);
    expect(memoryBytes[1] - memoryBytes[0]).toBeLessThan(16_384);
    expect(outputsOf(encoded, 1)).toEqual(outputsOf(graph, 1));
  });

  test('keyword spotting of 4 bits is stored as tables', () => {
    const graph = readTflite(
      referenceBytes({ file: `${models}/keyword_spotting/trained_models/kws_ref_model.tflite` }),
      'kws.tflite',
    );
    const clustered = clusterWeights(graph, { bits: 4, scope: 'tensor' }).graph;
    const { graph: encoded, report } = encodeWeights(clustered, { force: true });
    expect(report.filter(({ kind }) => kind === 'table').length).toBeGreaterThan(4);
    expect(outputsOf(encoded, 1)).toEqual(outputsOf(clustered, 1));
  });
});
