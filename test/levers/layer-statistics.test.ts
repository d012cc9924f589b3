import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { openFloatRunner } from '../../src/calibrate/open-float-runner.ts';
import { folderSource } from '../../src/data/folder-source.ts';
import { readDataSet } from '../../src/data/read-data-set.ts';
import { readModel } from '../../src/formats/read-model.ts';
import type { Graph, TensorId } from '../../src/graph/graph.ts';
import { inferShapes } from '../../src/graph/infer-shapes.ts';
import { channelStatistics, patchMeans, watch } from '../../src/levers/layer-statistics.ts';
import { biasOf, weightedLayers, weightPlaces, weightsOf } from '../../src/levers/layer-weights.ts';
import { patchMoments } from '../../src/levers/patch-moments.ts';
import { gatherPatch, patchLength, patchWindow } from '../../src/levers/patches.ts';
import { simplifyOnnx } from '../../src/passes/simplify.ts';
import { int, ints, noise, onnxGraph, text } from '../support/onnx-graphs.ts';
import { noiseData, onnxNetwork, tfliteNetwork } from './networks.ts';

const open = (graph: Graph, watched: readonly TensorId[]) => openFloatRunner(graph, watched, 'noise');

/** Convolutions of every shape: asymmetric padding, strides, dilation, groups, SAME both ways, one spatial axis. */
function convolutions(): Graph {
  const g = onnxGraph();
  const x = g.input('x', [1, 4, 9, 7]);
  const conv = (
    name: string,
    input: TensorId,
    shape: readonly number[],
    attributes: Parameters<typeof g.op>[2] = {},
  ) => {
    const count = shape.reduce((product, extent) => product * extent, 1);
    return g.op('Conv', [input, g.constant(`${name}.w`, shape, noise(count, name.length + count))], {
      outputs: [name],
      ...attributes,
    });
  };
  const one = conv('asymmetric', x, [6, 4, 3, 2], { attributes: { pads: ints(2, 0, 1, 1), strides: ints(2, 1) } });
  const two = conv('dilated', one, [6, 3, 3, 3], {
    attributes: { group: int(2), dilations: ints(1, 2), pads: ints(1, 2, 1, 2) },
  });
  const three = conv('upper', two, [4, 6, 2, 2], { attributes: { auto_pad: text('SAME_UPPER'), strides: ints(2, 2) } });
  const four = conv('lower', three, [8, 1, 2, 2], { attributes: { auto_pad: text('SAME_LOWER'), group: int(4) } });
  const flat = g.op('Reshape', [four, g.constant('shape', [3], [1, 8, -1], 'int64')]);
  const five = conv('line', flat, [3, 8, 3], { attributes: { pads: ints(2, 0) } });
  return inferShapes(g.build(five));
}

async function fixture(name: string): Promise<Graph> {
  const graph = inferShapes(readModel(readFileSync(`fixtures/hard/${name}`), name).graph);
  if (graph.dialect === 'onnx') return simplifyOnnx(graph);
  const operators = graph.operators.map((operator) => ({
    ...operator,
    attributes: {
      ...operator.attributes,
      ...(operator.attributes.fused_activation_function && { fused_activation_function: text('NONE') }),
    },
  }));
  return { ...graph, operators };
}

const graphs = [
  ['convolutions', async () => convolutions()],
  ['onnx', async () => onnxNetwork()],
  ['tflite', async () => tfliteNetwork()],
  ['hard.onnx', () => fixture('hard.onnx')],
  ['hard-float.tflite', () => fixture('hard-float.tflite')],
] as const;

describe('patchMeans', () => {
  it.each(graphs)('%s: weights times the mean patch are the mean of what the layer computes', async (_, build) => {
    const graph = await build();
    const data = graph.name === 'hard' ? await samples() : noiseData(graph, 6);
    const layers = weightedLayers(graph).filter(({ activation }) => activation === 'NONE');
    const means = await patchMeans(graph, layers, { data }, open);
    const outputs = await channelStatistics(
      graph,
      new Map(layers.map((layer) => [layer.output, layer.outputChannelAxis])),
      { data },
      open,
    );
    expect(layers.length).toBeGreaterThan(0);
    for (const layer of layers) {
      const mean = means.get(layer.index) ?? new Float64Array(0);
      const { output, column } = weightPlaces(layer);
      const expected = Float64Array.from(biasOf(graph, layer));
      weightsOf(graph, layer).forEach((weight, index) => {
        (expected[output[index] ?? 0] as number) += weight * (mean[column[index] ?? 0] ?? Number.NaN);
      });
      const seen = outputs.get(layer.output)?.mean ?? new Float64Array(0);
      const magnitude = Math.max(...expected.map(Math.abs));
      for (const [channel, value] of expected.entries())
        expect(Math.abs(value - (seen[channel] ?? Number.NaN))).toBeLessThan(1e-4 * magnitude);
    }
  });

  const samples = () => readDataSet('fixtures/hard/calibration.npz', folderSource('.'));
});

describe('patchMoments', () => {
  it('are symmetric, and their diagonal the mean squares', async () => {
    const graph = convolutions();
    const layers = weightedLayers(graph);
    const moments = await patchMoments(graph, layers, { data: noiseData(graph, 3) }, open);
    for (const { columns, matrices, sums, count } of moments.values()) {
      for (const [group, matrix] of matrices.entries()) {
        const length = columns[group]?.length ?? 0;
        for (let row = 0; row < length; row += 1) {
          const mean = (sums[columns[group]?.[row] ?? 0] ?? 0) / count;
          expect((matrix[row * length + row] ?? 0) / count).toBeGreaterThanOrEqual(mean * mean - 1e-9);
          for (let column = 0; column < row; column += 1)
            expect(matrix[row * length + column]).toBe(matrix[column * length + row]);
        }
      }
    }
  });

  it.each([1, 3, 4, 6])('are the sums over all patches of %i samples, in their order', async (count) => {
    const graph = convolutions();
    const data = noiseData(graph, count);
    const layers = weightedLayers(graph);
    const moments = await patchMoments(graph, layers, { data }, open);
    const expected = new Map(
      [...moments].map(([index, { matrices }]) => [index, matrices.map((each) => each.map(() => 0))]),
    );
    const inputs = layers.map(({ input }) => input);
    await watch(graph, inputs, { data }, open, (values) => {
      for (const layer of layers) {
        const window = patchWindow(graph, layer);
        const input = values.get(layer.input);
        if (window === undefined || input === undefined) throw new Error('not seen');
        const patch = new Float64Array(patchLength(window));
        for (let position = 0; position < window.outputHeight * window.outputWidth; position += 1) {
          gatherPatch(input, window, Math.floor(position / window.outputWidth), position % window.outputWidth, patch);
          moments.get(layer.index)?.columns.forEach((columns, group) => {
            const matrix = expected.get(layer.index)?.[group];
            columns.forEach((row, at) => {
              columns.forEach((column, across) => {
                if (matrix !== undefined)
                  (matrix[at * columns.length + across] as number) += (patch[row] ?? 0) * (patch[column] ?? 0);
              });
            });
          });
        }
      }
    });
    for (const [index, { matrices }] of moments) expect(matrices).toEqual(expected.get(index));
  });
});
