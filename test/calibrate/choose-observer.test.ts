import { describe, expect, it } from 'vitest';
import { calibrate } from '../../src/calibrate/calibrate.ts';
import { chooseObserver } from '../../src/calibrate/choose-observer.ts';
import { observers, type Range } from '../../src/calibrate/range.ts';
import type { DataSet } from '../../src/data/data-set.ts';
import type { TensorId } from '../../src/graph/graph.ts';
import { randomSamples, smallNetwork } from '../quantize/small-network.ts';

const graph = smallNetwork();
const everything = graph.tensors.map((_, id) => id);
const [input = -1] = graph.inputs;
const samples = (count: number) => randomSamples([2, 8, 8], count);

describe('chooseObserver', () => {
  it.each(observers)('takes %s when that scores best, with the ranges that calibrate finds by it', async (wanted) => {
    const expected = await calibrate(graph, everything, samples(16), { observer: wanted });
    let calls = 0;
    const found = await chooseObserver(graph, everything, samples(16), async () =>
      observers[calls++] === wanted ? 30 : 29.9,
    );
    expect(found.observer).toBe(wanted);
    expect([...found.scores]).toEqual(observers.map((observer) => [observer, observer === wanted ? 30 : 29.9]));
    expect(found.ranges).toEqual(expected.ranges);
    expect(found.findings).toEqual(expected.findings);
    expect(found.samples).toBe(16);
  });

  it('takes min-max where none is better', async () => {
    const { observer } = await chooseObserver(graph, everything, samples(16), async () => 1);
    expect(observer).toBe('min-max');
  });

  it('scores on samples that had no part in the ranges, which join the others at the end', async () => {
    const calm = samples(16);
    const data: DataSet = {
      ...calm,
      sample: async (index) => {
        const sample = await calm.sample(index);
        if (index !== 3) return sample;
        return { x: { dtype: 'float32', shape: [2, 8, 8], data: new Float32Array(128).fill(1000) } };
      },
    };
    const tried: ReadonlyMap<TensorId, Range>[] = [];
    const largest: number[] = [];
    const { ranges } = await chooseObserver(graph, everything, data, async (some, held) => {
      tried.push(some);
      expect(held.count).toBe(4);
      for (let index = 0; index < held.count; index += 1) {
        largest.push(Math.max(...Array.from((await held.sample(index)).x?.data ?? [], Number)));
      }
      return -tried.length;
    });
    expect(tried.map((some) => some.get(input)?.max ?? 0).every((max) => max < 1000)).toBe(true);
    expect(largest.filter((value) => value === 1000)).toHaveLength(observers.length);
    expect(ranges.get(input)?.max).toBe(1000);
  });

  it('uses all of few samples for both', async () => {
    const counts: number[] = [];
    await chooseObserver(graph, everything, samples(7), async (_, held) => counts.push(held.count));
    expect(counts).toEqual([7, 7, 7, 7]);
  });
});
