import { describe, expect, it } from 'vitest';
import { calibrate } from '../../src/calibrate/calibrate.ts';
import type { Graph } from '../../src/graph/graph.ts';
import { weightedLayers } from '../../src/levers/layer-weights.ts';
import { openQuantized } from '../../src/levers/open-quantized.ts';
import { replaceWeights } from '../../src/levers/replace-weights.ts';
import { runInSteps } from '../../src/levers/run-in-steps.ts';
import { withUniqueNames } from '../../src/levers/unique-names.ts';
import { observedTensors } from '../../src/quantize/tflite/observed.ts';
import { quantizeTflite } from '../../src/quantize/tflite/quantize-tflite.ts';
import { noise } from '../support/onnx-graphs.ts';
import { noiseData, tfliteNetwork } from './networks.ts';

const samples = 3;

/** The integers of the network, again and again with other biases in one more of its layers, and the input that each of them reads. */
async function steps(graph: Graph): Promise<readonly { readonly integer: Graph; readonly id: number }[]> {
  const { ranges } = await calibrate(graph, observedTensors(graph), noiseData(graph, samples));
  const layers = weightedLayers(graph);
  return layers.map((layer, position) => {
    const changed = replaceWeights(
      graph,
      new Map(layers.slice(0, position).map((each) => [each, { bias: noise(each.outputChannels, each.index) }])),
    );
    const named = withUniqueNames(changed);
    const integer = quantizeTflite(named, ranges).graph;
    return { integer, id: integer.tensors.findIndex(({ name }) => name === named.tensors[layer.input]?.name) };
  });
}

function withoutBiases(graph: Graph): Graph {
  const layers = new Set(weightedLayers(graph).map(({ operator }) => operator));
  return {
    ...graph,
    operators: graph.operators.map((each) => (layers.has(each) ? { ...each, inputs: each.inputs.slice(0, 2) } : each)),
  };
}

async function valuesOf(open: typeof openQuantized, { integer, id }: { readonly integer: Graph; readonly id: number }) {
  const data = noiseData(tfliteNetwork(), samples);
  const runner = await open(integer, [id]);
  const found: (readonly number[])[] = [];
  for (let index = 0; index < samples; index += 1) {
    found.push([...((await runner.run(await data.sample(index))).get(id) ?? [])]);
  }
  return found;
}

describe('runInSteps', () => {
  it.each([
    ['biases', tfliteNetwork(40)],
    ['biases that come on the way', withoutBiases(tfliteNetwork(40))],
  ])('%s: gives what running each graph as a whole gives', async (_, graph) => {
    const asked = await steps(graph);
    const [first] = asked;
    if (first === undefined) throw new Error('no layers');
    // The input that is asked for first is asked for again, and the last one too.
    const order = [first, ...asked, ...asked.slice(-1)];
    const wanted = order.map(({ id }) => id);
    const open = runInSteps(first.integer, wanted, samples);
    if (open === undefined) throw new Error('not in steps');
    for (const each of order) {
      const values = await valuesOf(open, each);
      expect(values[0]?.some((value) => value !== 0)).toBe(true);
      expect(values).toEqual(await valuesOf(openQuantized, each));
    }
  });

  it('is for graphs without common state, and for as many samples as fit', async () => {
    const [first] = await steps(tfliteNetwork());
    if (first === undefined) throw new Error('no layers');
    const { integer, id } = first;
    expect(runInSteps(integer, [id], samples)).toBeDefined();
    expect(runInSteps(integer, [id], 1e6)).toBeUndefined();
    expect(runInSteps({ ...integer, subgraphs: [integer] }, [id], samples)).toBeUndefined();
    expect(runInSteps(integer, [integer.tensors.length], samples)).toBeUndefined();
  });

  it('refuses what it was not told to expect', async () => {
    const [first, second] = await steps(tfliteNetwork());
    if (first === undefined || second === undefined) throw new Error('no layers');
    const open = runInSteps(first.integer, [first.id, second.id], samples);
    await expect(open?.(second.integer, [second.id])).rejects.toThrow(RangeError);
  });
});
