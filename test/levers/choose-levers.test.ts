import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { calibrate } from '../../src/calibrate/calibrate.ts';
import { folderSource } from '../../src/data/folder-source.ts';
import { readDataSet } from '../../src/data/read-data-set.ts';
import { readModel } from '../../src/formats/read-model.ts';
import type { Graph } from '../../src/graph/graph.ts';
import { inferShapes } from '../../src/graph/infer-shapes.ts';
import { compensatingLevers, equalisingLevers, holdOut } from '../../src/levers/accuracy-levers.ts';
import { chooseLevers } from '../../src/levers/choose-levers.ts';
import { relaxClips } from '../../src/levers/relax-clips.ts';
import { nearnessTo } from '../../src/levers/signal-to-noise.ts';
import { simplifyOnnx } from '../../src/passes/simplify.ts';
import { observedOnnxTensors, prepareOnnx, quantizeOnnxGraph } from '../../src/quantize/onnx/quantize-onnx.ts';
import { observedTensors } from '../../src/quantize/tflite/observed.ts';
import { quantizeTflite } from '../../src/quantize/tflite/quantize-tflite.ts';
import { onnxGraph } from '../support/onnx-graphs.ts';

describe('chooseLevers', () => {
  const graph = (name: string): Graph => ({ ...onnxGraph().build(), name });
  const lever = (name: string) => ({ name, apply: async (before: Graph) => graph(before.name + name) });
  const scores: Readonly<Record<string, number>> = { x: 10, xa: 12, xab: 11, xac: 12.05, xad: 15 };
  const score = async ({ name }: Graph) => scores[name] ?? 0;

  it('keeps what gains, each on top of the last that did', async () => {
    const same = { name: 'nothing', apply: async (before: Graph) => before };
    const chosen = await chooseLevers(graph('x'), [lever('a'), lever('b'), same, lever('c'), lever('d')], score, 0.1);
    expect(chosen.graph.name).toBe('xad');
    expect(chosen.score).toBe(15);
    expect(chosen.outcomes).toEqual([
      { lever: 'a', before: 10, after: 12, isKept: true },
      { lever: 'b', before: 12, after: 11, isKept: false },
      { lever: 'nothing', before: 12, after: null, isKept: false },
      { lever: 'c', before: 12, after: 12.05, isKept: false },
      { lever: 'd', before: 12, after: 15, isKept: true },
    ]);
  });
});

describe('the levers of accuracy', () => {
  it.each(['hard.onnx', 'hard-float.tflite'])(
    '%s: bring back what a hundredfold difference of channels took',
    async (name) => {
      const read = inferShapes(readModel(readFileSync(`fixtures/hard/${name}`), name).graph);
      const graph = read.dialect === 'onnx' ? prepareOnnx(simplifyOnnx(read)) : read;
      const all = await readDataSet('fixtures/hard/calibration.npz', folderSource('.'));
      const { fit, held } = holdOut(all);
      expect([fit.count, held.count]).toEqual([75, 25]);
      const calibrated = async (changed: Graph) => {
        const isOnnx = changed.dialect === 'onnx';
        const observed = isOnnx ? observedOnnxTensors(changed) : observedTensors(changed);
        const { ranges } = await calibrate(changed, observed, fit, { observer: 'min-max' });
        return (again: Graph) => (isOnnx ? quantizeOnnxGraph(again, ranges) : quantizeTflite(again, ranges)).graph;
      };
      const nearness = nearnessTo(graph, { data: held });
      const score = async (changed: Graph) => nearness(changed, await calibrated(changed));
      const levers = [...equalisingLevers({ data: fit }), ...compensatingLevers({ data: fit, calibrate: calibrated })];
      const chosen = await chooseLevers(graph, levers, score);
      const before = await score(graph);
      expect(before).toBeLessThan(15);
      expect(chosen.score).toBeGreaterThan(before + 15);
      expect(chosen.outcomes[0]).toMatchObject({ lever: 'equalise weights', isKept: true });
    },
  );
});

describe('relaxClips', () => {
  it('makes a plain ReLU of a bound that is never reached, and leaves others', () => {
    const g = onnxGraph();
    const x = g.input('x', [1, 2]);
    const zero = g.constant('zero', [], [0]);
    const six = g.constant('six', [], [6]);
    const first = g.op('Clip', [x, zero, six]);
    const second = g.op('Clip', [first, zero, six]);
    const third = g.op('Clip', [second, g.constant('low', [], [-1]), six]);
    const graph = g.build(third);
    const types = (largest: readonly (readonly [number, number])[]) =>
      relaxClips(graph, new Map(largest)).operators.map(({ type }) => type);
    expect(
      types([
        [first, 5.9],
        [second, 6],
        [third, 1],
      ]),
    ).toEqual(['Relu', 'Clip', 'Clip']);
    expect(relaxClips(graph, new Map())).toBe(graph);
  });
});
