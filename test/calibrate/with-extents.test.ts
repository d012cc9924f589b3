import { describe, expect, it } from 'vitest';
import { highestOf, lowestOf } from '../../src/calibrate/appended.ts';
import { calibrate } from '../../src/calibrate/calibrate.ts';
import { openFloatRunner } from '../../src/calibrate/open-float-runner.ts';
import { withExtents } from '../../src/calibrate/with-extents.ts';
import { randomSamples, smallNetwork } from '../quantize/small-network.ts';

const graph = smallNetwork();
const computed = graph.tensors.flatMap(({ data }, id) => (data === undefined ? [id] : []));
const nameOf = (id: number): string => graph.tensors[id]?.name ?? '';

describe('extremes that ONNX Runtime finds', () => {
  it('are those of the values, of pictures and of others', async () => {
    const data = randomSamples([2, 8, 8], 12);
    const runner = await openFloatRunner(graph, computed, 'x');
    const expected = new Map(computed.map((id) => [id, { min: 0, max: 0 }]));
    for (let index = 0; index < data.count; index += 1) {
      for (const [id, values] of await runner.run(await data.sample(index))) {
        const range = expected.get(id) ?? { min: 0, max: 0 };
        for (const value of values) {
          range.min = Math.min(range.min, value);
          range.max = Math.max(range.max, value);
        }
      }
    }
    await runner.close();
    const { ranges } = await calibrate(graph, computed, data, { observer: 'min-max' });
    for (const [id, { min, max }] of expected) {
      // Threads and fusions change last bits.
      expect(ranges.get(id)?.min).toBeCloseTo(min, 5);
      expect(ranges.get(id)?.max).toBeCloseTo(max, 5);
    }
  });

  it('come in one output, and no lowest where values begin at 0', () => {
    const wanted = computed.filter((id) => !graph.inputs.includes(id));
    const { graph: asked, places } = withExtents(graph, wanted);
    expect(places.has(lowestOf('relu'))).toBe(false);
    expect(wanted.every((id) => places.has(highestOf(nameOf(id))))).toBe(true);
    expect([...places.values()]).toEqual(Array.from({ length: places.size }, (_, element) => element));
    expect(asked.outputs.map((id) => asked.tensors[id]?.shape)).toEqual([[places.size, 1, 1, 1]]);
  });

  it('are asked for from the last tensor to the first, whatever their order, so that no more is kept than without', () => {
    const wanted = computed.filter((id) => !graph.inputs.includes(id));
    const { places } = withExtents(graph, [...wanted].reverse());
    const highest = [...places.keys()].filter((name) => name.endsWith('/highest'));
    expect(highest).toEqual([...wanted].reverse().map((id) => highestOf(nameOf(id))));
    expect(places).toEqual(withExtents(graph, wanted).places);
  });
});
