import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { folderSource } from '../../src/data/folder-source.ts';
import { readDataSet } from '../../src/data/read-data-set.ts';
import { readModel } from '../../src/formats/read-model.ts';
import type { Graph, TensorId } from '../../src/graph/graph.ts';
import { biasOf, weightedLayers } from '../../src/levers/layer-weights.ts';
import { calibratorOf } from '../../src/optimize/calibrator.ts';
import { pullLevers } from '../../src/optimize/pull-levers.ts';
import { type Quantiser, quantiserOf } from '../../src/optimize/quantiser.ts';
import { openReal } from '../support/real-outputs.ts';

describe('pullLevers', () => {
  it('corrects biases last, and judges them by the ranges that it gives', async () => {
    const quantiser = quantiserOf('tflite', { numbers: 'int8' });
    const file = 'fixtures/hard/hard-float.tflite';
    const graph = upToLogits(quantiser.prepare(readModel(readFileSync(file), file).graph));
    const data = await readDataSet('fixtures/hard/calibration.npz', folderSource('.'));
    const made: Parameters<Quantiser['quantize']>[] = [];
    const watched: Quantiser = {
      ...quantiser,
      quantize: (...given) => {
        made.push(given);
        return quantiser.quantize(...given);
      },
    };
    const {
      graph: pulled,
      calibration,
      findings,
    } = await pullLevers(graph, watched, data, calibratorOf(graph, quantiser, data), {});
    expect(findings.map(({ message }) => message).join()).toContain('correct biases');
    const [last, ranges] = made.at(-1) ?? [];
    expect(ranges).toEqual(calibration?.ranges);
    expect(biases(last)).toEqual(biases(pulled));

    const float = openReal(graph);
    const integer = openReal(quantiser.quantize(pulled, calibration?.ranges ?? new Map()).graph, graph);
    const off = new Float64Array(10);
    for (let index = 0; index < data.count; index += 1) {
      const sample = await data.sample(index);
      const [expected] = float(sample);
      integer(sample)[0]?.forEach((value, at) => {
        (off[at] as number) += (value - (expected?.[at] ?? 0)) / data.count;
      });
    }
    // On average logits are off by less than a step, 0.2, of theirs.
    for (const mean of off) expect(Math.abs(mean)).toBeLessThan(0.15);
  });
});

const biases = (graph: Graph | undefined) => graph && weightedLayers(graph).map((layer) => [...biasOf(graph, layer)]);

/** The graph without its softmax. */
function upToLogits(graph: Graph): Graph {
  const last = graph.operators.at(-1);
  expect(last?.type).toBe('SOFTMAX');
  return { ...graph, operators: graph.operators.slice(0, -1), outputs: [last?.inputs[0] as TensorId] };
}
