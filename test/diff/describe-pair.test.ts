import { describe, expect, it } from 'vitest';
import { alignGraphs } from '../../src/diff/align.ts';
import { compareRows } from '../../src/diff/compared-row.ts';
import type { Layer } from '../../src/measurement/measurement.ts';
import { layerGraphs } from '../support/layer-graphs.ts';
import { layer, layers, measurement } from '../support/measurements.ts';

type Case = readonly [Partial<Layer>, Partial<Layer>, 'onnx' | 'tflite', string];

describe('describePair', () => {
  it.each<Case>([
    [{ outputShape: [1, 8, 8, 64] }, { outputShape: [1, 8, 8, 96] }, 'tflite', '64 → 96 channels'],
    [
      { type: 'Conv', outputShape: [1, 64, 8, 8] },
      { type: 'Conv', outputShape: [1, 96, 8, 8] },
      'onnx',
      '64 → 96 channels',
    ],
    [{ outputShape: [1, 8, 8, 64] }, { outputShape: [1, 16, 16, 64] }, 'tflite', 'output 8×8 → 16×16'],
    [{ outputShape: [1, 10] }, { outputShape: [1, 12] }, 'tflite', '10 → 12 outputs'],
    [
      { type: 'MatMul', outputShape: [1, 16, 64] },
      { type: 'MatMul', outputShape: [1, 16, 96] },
      'onnx',
      'output 1×16×64 → 1×16×96',
    ],
    [{ outputType: 'float32' }, { outputType: 'int8' }, 'tflite', 'float32 → int8'],
    [{ weightShape: [64, 3, 3, 8] }, { weightShape: [64, 5, 5, 8] }, 'tflite', 'weights 3×3 → 5×5'],
    [{ weightShape: [64, 8, 3, 1] }, { weightShape: [64, 8, 5, 1] }, 'onnx', 'weights 3×1 → 5×1'],
    [{ weightShape: [64, 3, 3, 8] }, { weightShape: [64, 3, 3, 12] }, 'tflite', 'weights 64×3×3×8 → 64×3×3×12'],
    [
      { outputShape: [1, 8, 8, 64], weightShape: [64, 3, 3, 8] },
      { outputShape: [1, 8, 8, 96], weightShape: [96, 3, 3, 12] },
      'tflite',
      '64 → 96 channels',
    ],
    [{ type: 'RELU' }, { type: 'RELU6' }, 'tflite', 'RELU → RELU6'],
    [{}, {}, 'tflite', ''],
  ])('%j to %j in %s: %s', (base, head, format, words) => {
    const graphOf = (one: Partial<Layer>) =>
      layerGraphs(measurement({ artifact: { ...measurement().artifact, format }, layers: layers(layer('x', one)) }))
        .source;
    const [row] = compareRows(alignGraphs(graphOf(base), graphOf(head)));
    expect(row?.changes.map(({ text }) => text).join(', ')).toBe(words);
  });
});
