import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openFloatRunner } from '../../src/calibrate/open-float-runner.ts';
import type { Graph } from '../../src/graph/graph.ts';
import { nearestOnGrid } from '../../src/levers/grid.ts';
import { biasOf, type WeightedLayer, weightedLayers, weightPlaces, weightsOf } from '../../src/levers/layer-weights.ts';
import { type PatchMoments, patchMoments } from '../../src/levers/patch-moments.ts';
import { prepareMoments, roundOnMoments } from '../../src/levers/round-on-moments.ts';
import { roundWeights } from '../../src/levers/round-weights.ts';
import { noise } from '../support/onnx-graphs.ts';
import { noiseData, onnxNetwork, tfliteNetwork } from './networks.ts';

const networks = [
  ['onnx', onnxNetwork],
  ['tflite', tfliteNetwork],
] as const;

/** Second moments of inputs that hang together. */
function moments(length: number, seed: number): Float64Array {
  const matrix = new Float64Array(length * length);
  for (let sample = 0; sample < 3 * length; sample += 1) {
    const parts = noise(length + 1, seed * 1000 + sample);
    const x = parts.subarray(0, length).map((part) => part + 2 * (parts[length] ?? 0));
    for (let row = 0; row < length; row += 1) {
      for (let column = 0; column < length; column += 1)
        (matrix[row * length + column] as number) += (x[row] ?? 0) * (x[column] ?? 0);
    }
  }
  return matrix;
}

function errorOf(matrix: Float64Array, steps: Float64Array, integers: ArrayLike<number>): number {
  const error = steps.map((step, at) => step - (integers[at] ?? 0));
  return error.reduce(
    (sum, value, row) =>
      sum +
      value * error.reduce((inner, other, column) => inner + other * (matrix[row * error.length + column] ?? 0), 0),
    0,
  );
}

describe('roundOnMoments', () => {
  it('is never worse than the nearest integers, and mostly much better', () => {
    const ratios: number[] = [];
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 24 }), fc.integer({ min: 1, max: 1e5 }), (length, seed) => {
        const prepared = prepareMoments(moments(length, seed), length);
        const steps = Float64Array.from(noise(length, seed + 1), (value) => value * 127);
        const integers = roundOnMoments(prepared, { steps, pinned: 0 });
        expect(integers[0]).toBe(Math.round(steps[0] ?? 0) + 0);
        const nearest = errorOf(prepared.matrix, steps, steps.map(Math.round));
        const own = errorOf(prepared.matrix, steps, integers);
        expect(own).toBeLessThanOrEqual(nearest * (1 + 1e-9));
        if (length > 8) ratios.push(own / nearest);
      }),
      { numRuns: 60 },
    );
    expect(ratios.reduce((sum, ratio) => sum + ratio, 0) / ratios.length).toBeLessThan(0.7);
  });

  it('factors the moments', () => {
    const length = 5;
    const { matrix, order, feedback } = prepareMoments(moments(length, 3), length);
    const unit = (row: number, column: number) =>
      row === column ? 1 : row < column ? (feedback[row * length + column] ?? 0) : 0;
    for (let row = 0; row < length; row += 1) {
      for (let column = 0; column < length; column += 1) {
        let sum = 0;
        for (let at = 0; at < length; at += 1)
          sum += unit(row, at) * (feedback[at * length + at] ?? 0) * unit(column, at);
        expect(sum).toBeCloseTo(matrix[(order[row] ?? 0) * length + (order[column] ?? 0)] ?? 0, 8);
      }
    }
  });
});

describe('roundWeights', () => {
  it.each(networks)(
    '%s: layers compute more exactly than with the nearest integers; quantising keeps what was chosen',
    async (_, build) => {
      const graph = build(5);
      const data = noiseData(graph, 16);
      const rounded = await roundWeights(graph, { data });
      expect(await roundWeights(graph, { data })).toEqual(rounded);
      const layers = weightedLayers(graph);
      const shares: number[] = [];
      const seen = await patchMoments(graph, layers, { data }, (part, watched) =>
        openFloatRunner(part, watched, 'noise'),
      );
      for (const layer of layers) {
        const weights = weightsOf(graph, layer);
        const chosen = weightsOf(rounded, layer);
        const again = nearestOnGrid(layer, chosen, 'per-channel');
        again.forEach((weight, index) => {
          if (Math.abs(weight - (chosen[index] ?? 0)) > 1e-5 * Math.abs(weight))
            throw new Error(`${weight} is not on the grid`);
        });
        const nearest = nearestOnGrid(layer, weights, 'per-channel');
        const moments = seen.get(layer.index) as PatchMoments;
        const biases = (of: Graph) =>
          biasOf(of, weightedLayers(of).find(({ index }) => index === layer.index) ?? layer);
        const shift = biases(graph).map((bias, channel) => bias - (biases(rounded)[channel] ?? 0));
        const [own, other] = [
          layerError(layer, { weights: difference(weights, chosen), bias: shift }, moments),
          layerError(layer, { weights: difference(weights, nearest), bias: shift.fill(0) }, moments),
        ];
        expect(own.squares).toBeLessThan(other.squares * 1.02);
        if (layer.biasPosition !== undefined) for (const mean of own.means) expect(Math.abs(mean)).toBeLessThan(1e-5);
        // The first layer sees independent noise, where nothing can be gained but in the mean.
        if (layer.index > 0) shares.push(own.squares / other.squares);
      }
      expect(shares.reduce((sum, share) => sum + share, 0) / shares.length).toBeLessThan(0.8);
    },
  );

  it('per tensor too', async () => {
    const graph = tfliteNetwork(1);
    const rounded = await roundWeights(graph, { data: noiseData(graph, 4), granularityOf: () => 'per-tensor' });
    for (const layer of weightedLayers(rounded)) {
      const chosen = weightsOf(rounded, layer);
      const step = Math.max(...chosen.map(Math.abs)) / 127;
      for (const weight of chosen) expect(Math.abs(weight / step - Math.round(weight / step))).toBeLessThan(1e-4);
    }
  });
});

const difference = (one: Float32Array, other: Float32Array) => one.map((value, index) => value - (other[index] ?? 0));

/** By how much what a layer computes on what it saw is off when its weights and biases are: squares summed up, and the mean of each channel. */
function layerError(
  layer: WeightedLayer,
  off: { readonly weights: Float32Array; readonly bias: Float32Array },
  { columns, matrices, sums, count }: PatchMoments,
): { readonly squares: number; readonly means: readonly number[] } {
  const { output, column } = weightPlaces(layer);
  const perGroup = layer.outputChannels / layer.groups;
  const means: number[] = [];
  let squares = 0;
  for (const [group, own] of columns.entries()) {
    const at = new Map([...own].map((place, index) => [place, index]));
    for (let channel = group * perGroup; channel < (group + 1) * perGroup; channel += 1) {
      const error = new Float64Array(own.length);
      off.weights.forEach((value, index) => {
        if (output[index] === channel) error[at.get(column[index] ?? 0) ?? 0] = value;
      });
      const bias = off.bias[channel] ?? 0;
      const sum = error.reduce((total, value, index) => total + value * (sums[own[index] ?? 0] ?? 0), 0);
      const about0 = errorOf(matrices[group] ?? new Float64Array(0), error, new Float64Array(own.length));
      squares += about0 + 2 * bias * sum + count * bias ** 2;
      means.push(sum / count + bias);
    }
  }
  return { squares, means };
}
