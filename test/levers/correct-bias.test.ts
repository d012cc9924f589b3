import { describe, expect, it } from 'vitest';
import { calibrate } from '../../src/calibrate/calibrate.ts';
import { openFloatRunner } from '../../src/calibrate/open-float-runner.ts';
import type { Graph } from '../../src/graph/graph.ts';
import { correctBias, type QuantizeGraph } from '../../src/levers/correct-bias.ts';
import { patchMeans } from '../../src/levers/layer-statistics.ts';
import { biasOf, weightedLayers, weightPlaces, weightsOf } from '../../src/levers/layer-weights.ts';
import { openQuantized } from '../../src/levers/open-quantized.ts';
import { observedOnnxTensors, prepareOnnx, quantizeOnnxGraph } from '../../src/quantize/onnx/quantize-onnx.ts';
import { observedTensors } from '../../src/quantize/tflite/observed.ts';
import { quantizeTflite } from '../../src/quantize/tflite/quantize-tflite.ts';
import { noiseData, onnxNetwork, outputsOf, tfliteNetwork } from './networks.ts';

const networks = [
  ['onnx', (spread: number) => prepareOnnx(onnxNetwork(spread))],
  ['tflite', tfliteNetwork],
] as const;

async function quantiser(graph: Graph): Promise<QuantizeGraph> {
  const isOnnx = graph.dialect === 'onnx';
  const observed = isOnnx ? observedOnnxTensors(graph) : observedTensors(graph);
  const { ranges } = await calibrate(graph, observed, noiseData(graph, 24), { observer: 'min-max' });
  return (changed) => (isOnnx ? quantizeOnnxGraph(changed, ranges).graph : quantizeTflite(changed, ranges).graph);
}

/** The mean over samples of what the integer graph gives less what the float graph gives, as its root mean square over outputs. */
async function shift(float: Graph, integer: Graph): Promise<number> {
  const data = noiseData(float, 24);
  const wanted = await outputsOf(float, data);
  const [output = -1] = integer.outputs;
  const runner = await openQuantized(integer, [output]);
  const sums = new Float64Array(wanted[0]?.length ?? 0);
  for (let index = 0; index < data.count; index += 1) {
    const values = (await runner.run(await data.sample(index))).get(output);
    values?.forEach((value, at) => {
      (sums[at] as number) += value - (wanted[index]?.[at] ?? 0);
    });
  }
  return Math.sqrt(sums.reduce((sum, value) => sum + (value / data.count) ** 2, 0) / sums.length);
}

describe('correctBias', () => {
  it.each(networks)('%s: takes away most of the shift of the mean', async (_, build) => {
    const graph = build(20);
    const quantize = await quantiser(graph);
    const data = noiseData(graph, 24);
    const before = await shift(graph, quantize(graph));
    const corrected = await correctBias(graph, { data, quantize });
    expect(await shift(graph, quantize(corrected))).toBeLessThan(before * 0.6);
  });

  it.each(networks)('%s: without a quantiser, for what rounding does to the weights', async (_, build) => {
    const graph = build(20);
    const data = noiseData(graph, 4);
    const corrected = await correctBias(graph, { data, granularityOf: () => 'per-tensor' });
    const [layer] = weightedLayers(graph);
    const [changed] = weightedLayers(corrected);
    if (layer === undefined || changed === undefined) throw new Error('no layers');
    const means = await patchMeans(graph, [layer], { data }, (part, watched) =>
      openFloatRunner(part, watched, 'noise'),
    );
    const weights = weightsOf(graph, layer);
    const step = Math.max(...weights.map(Math.abs)) / 127;
    const { output, column } = weightPlaces(layer);
    const expected = Float64Array.from(biasOf(graph, layer));
    weights.forEach((weight, index) => {
      (expected[output[index] ?? 0] as number) +=
        (weight - Math.round(weight / step) * step) * (means.get(0)?.[column[index] ?? 0] ?? 0);
    });
    for (const [channel, value] of biasOf(corrected, changed).entries())
      expect(value).toBeCloseTo(expected[channel] ?? 0, 5);
    expect(weightsOf(corrected, changed)).toEqual(weights);
  });
});
