import { describe, expect, it } from 'vitest';
import { calibrate } from '../../src/calibrate/calibrate.ts';
import { openFloatRunner } from '../../src/calibrate/open-float-runner.ts';
import { observers } from '../../src/calibrate/range.ts';
import { syntheticData } from '../../src/calibrate/synthetic.ts';
import type { DataSet } from '../../src/data/data-set.ts';
import type { Graph, TensorId } from '../../src/graph/graph.ts';
import { builder, randomSamples, smallNetwork } from '../quantize/small-network.ts';
import { tfliteGraph, tfliteOperator } from '../support/tflite-models.ts';

const idOf = (graph: Graph, name: string): TensorId => graph.tensors.findIndex((tensor) => tensor.name === name);

/** x [1,4] ── FULLY_CONNECTED, weights -1 on the diagonal ── negated ── RELU ── positive */
function tfliteNetwork(): Graph {
  const weights = Float32Array.from({ length: 16 }, (_, index) => (index % 5 === 0 ? -1 : 0));
  const tensor = (name: string) => ({ name, dtype: 'float32' as const, shape: [1, 4] });
  const options = { fused_activation_function: { kind: 'string', value: 'NONE' } } as const;
  return tfliteGraph({
    tensors: [
      tensor('x'),
      { name: 'weights', dtype: 'float32', shape: [4, 4], data: new Uint8Array(weights.buffer) },
      tensor('negated'),
      tensor('positive'),
    ],
    operators: [
      tfliteOperator('FULLY_CONNECTED', { inputs: [0, 1, null], outputs: [2], attributes: options }),
      tfliteOperator('RELU', { inputs: [2], outputs: [3] }),
    ],
    inputs: [0],
    outputs: [3],
  });
}

/** x ── Relu ── positive ── Sqrt ── root */
function onnxNetwork(): Graph {
  const g = builder(13);
  const [x, positive, root] = [g.tensor('x', [1, 4]), g.tensor('positive', [1, 4]), g.tensor('root', [1, 4])];
  g.operator('Relu', [x], [positive]);
  g.operator('Sqrt', [positive], [root]);
  return g.graph([x], [root]);
}

const dataOf = (...rows: readonly (readonly number[])[]): DataSet => ({
  path: 'rows.npz',
  sha256: '',
  count: rows.length,
  names: ['x'],
  labels: undefined,
  sample: async (index) => ({ x: { dtype: 'float32', shape: [4], data: Float32Array.from(rows[index] ?? []) } }),
});
const rows = dataOf([1, -2, 3, 0], [-8, 0.5, 0.25, 0]);

describe('calibrate', () => {
  it.each(observers)(
    'of TensorFlow Lite and of ONNX gives ranges by %s of what was asked for and no constant',
    async (observer) => {
      for (const graph of [tfliteNetwork(), smallNetwork()]) {
        const shape = graph.dialect === 'onnx' ? [2, 8, 8] : [4];
        const everything = graph.tensors.map((_, id) => id);
        const { ranges, samples } = await calibrate(graph, everything, randomSamples(shape, 12), { observer });
        const computed = everything.filter((id) => graph.tensors[id]?.data === undefined);
        expect([...ranges.keys()]).toEqual(computed);
        expect(samples).toBe(12);
        for (const { min, max } of ranges.values()) {
          expect(min).toBeLessThanOrEqual(0);
          expect(max).toBeGreaterThan(0);
        }
      }
    },
  );

  it('by min-max gives the extremes over all samples', async () => {
    const tflite = tfliteNetwork();
    const { ranges } = await calibrate(tflite, [0, 2, 3], rows, { observer: 'min-max' });
    expect(ranges.get(0)).toEqual({ min: -8, max: 3 });
    expect(ranges.get(2)).toEqual({ min: -3, max: 8 });
    expect(ranges.get(3)).toEqual({ min: 0, max: 8 });
    const onnx = onnxNetwork();
    const found = await calibrate(onnx, [idOf(onnx, 'x'), idOf(onnx, 'positive')], rows, { observer: 'min-max' });
    expect([...found.ranges.values()]).toEqual([
      { min: -8, max: 3 },
      { min: 0, max: 3 },
    ]);
  });

  it.each(observers)('of an ONNX graph of which only the input is watched, by %s', async (observer) => {
    const graph = onnxNetwork();
    const { ranges } = await calibrate(graph, [idOf(graph, 'x')], rows, { observer });
    expect(ranges.get(idOf(graph, 'x'))?.min).toBeLessThan(-7);
    expect(ranges.size).toBe(1);
  });

  it('leaves out what is not finite, says so, and says that samples are few', async () => {
    const graph = onnxNetwork();
    const infinite = dataOf([1, 4, Number.POSITIVE_INFINITY, 9], [0, 0, 0, 16]);
    const { ranges, findings } = await calibrate(graph, [idOf(graph, 'root')], infinite, { observer: 'min-max' });
    expect([...ranges.values()]).toEqual([{ min: 0, max: 4 }]);
    expect(findings.map(({ code, where }) => [code, where])).toEqual([
      ['calibration-not-finite', 'root'],
      ['few-calibration-samples', undefined],
    ]);
  });

  it('uses so many samples, spread over the set, and tells how far it is', async () => {
    const used: number[] = [];
    const all = randomSamples([4], 100);
    const data: DataSet = {
      ...all,
      sample: (index) => {
        used.push(index);
        return all.sample(index);
      },
    };
    const heard: string[] = [];
    const progress = (done: number, total: number) => void heard.push(`${done}/${total}`);
    const { samples } = await calibrate(tfliteNetwork(), [2], data, { samples: 4, progress });
    expect(used).toEqual([0, 25, 50, 75]);
    expect(samples).toBe(4);
    expect(heard).toEqual(['1/4', '2/4', '3/4', '4/4']);
  });

  it('gives the same ranges whatever the order of the samples', async () => {
    const graph = smallNetwork();
    const data = randomSamples([1, 2, 8, 8], 12);
    const reversed: DataSet = { ...data, sample: (index) => data.sample(11 - index) };
    const observed = [idOf(graph, 'relu'), idOf(graph, 'scores')];
    for (const observer of observers) {
      const [one, other] = [
        await calibrate(graph, observed, data, { observer }),
        await calibrate(graph, observed, reversed, { observer }),
      ];
      expect(other.ranges).toEqual(one.ranges);
    }
  });
});

describe('a float runner', () => {
  it.each([
    ['TensorFlow Lite', tfliteNetwork(), ['x', 'weights', 'positive'], [[1, -2, 3, 0], undefined, [0, 2, 0, 0]]],
    [
      'ONNX',
      onnxNetwork(),
      ['x', 'positive'],
      [
        [1, -2, 3, 0],
        [1, 0, 3, 0],
      ],
    ],
  ] as const)('of %s gives watched tensors', async (_, graph, names, expected) => {
    const runner = await openFloatRunner(
      graph,
      names.map((name) => idOf(graph, name)),
      'rows.npz',
    );
    const values = await runner.run(await rows.sample(0));
    await runner.close();
    for (const [index, name] of names.entries()) {
      const found = values.get(idOf(graph, name));
      if (expected[index] === undefined) expect(found).toHaveLength(16);
      // -0 is 0.
      else expect(Array.from(found ?? [], (value) => value + 0)).toEqual(expected[index]);
    }
  });

  it('starts each run of TensorFlow Lite from fresh state', async () => {
    const graph = tfliteNetwork();
    const runner = await openFloatRunner(graph, [3], 'rows.npz');
    const first = Array.from((await runner.run(await rows.sample(0))).get(3) ?? []);
    await runner.run(await rows.sample(1));
    expect(Array.from((await runner.run(await rows.sample(0))).get(3) ?? [])).toEqual(first);
  });
});

describe('synthetic data', () => {
  it('fits the model, repeats itself, and calibration says what it is', async () => {
    const graph = smallNetwork();
    const data = syntheticData(graph);
    const [one, again, other] = [await data.sample(3), await syntheticData(graph).sample(3), await data.sample(4)];
    expect(one).toEqual(again);
    expect(one).not.toEqual(other);
    const values = Array.from(one.x?.data ?? [], Number);
    expect(values).toHaveLength(128);
    expect(Math.abs(values.reduce((sum, value) => sum + value, 0) / 128)).toBeLessThan(0.5);
    const { ranges, findings } = await calibrate(graph, [idOf(graph, 'relu')], data);
    expect(ranges.size).toBe(1);
    expect(findings.map(({ code }) => code)).toEqual(['synthetic-calibration']);
  });

  it.each([
    ['int8', -10, [-59, 68.5]],
    ['uint8', 128, [-64, 63.5]],
    ['int64', 0, [0, 1]],
  ] as const)('spreads %s over what the input can stand for', async (dtype, zeroPoint, [least, largest]) => {
    const graph = smallNetwork();
    const quantization = dtype === 'int64' ? {} : { quantization: { scale: [0.5], zeroPoint: [zeroPoint], axis: 0 } };
    const tensors = graph.tensors.map((tensor, id) =>
      id === graph.inputs[0] ? { ...tensor, dtype, ...quantization } : tensor,
    );
    const data = syntheticData({ ...graph, tensors });
    const all = await Promise.all(Array.from({ length: data.count }, (_, index) => data.sample(index)));
    const values = all.flatMap(({ x }) => Array.from(x?.data ?? [], Number));
    expect([Math.min(...values), Math.max(...values)]).toEqual([least, largest]);
  });
});
