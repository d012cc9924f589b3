import { describe, expect, it } from 'vitest';
import { calibrate } from '../../src/calibrate/calibrate.ts';
import { calibrateByEach, chooseObserver } from '../../src/calibrate/choose-observer.ts';
import { observers, type Range } from '../../src/calibrate/range.ts';
import type { TensorId } from '../../src/graph/graph.ts';
import { randomSamples, smallNetwork } from '../quantize/small-network.ts';

const graph = smallNetwork();
const everything = graph.tensors.map((_, id) => id);
const samples = (count: number) => randomSamples([2, 8, 8], count);

describe('chooseObserver', () => {
  it.each(observers)('takes %s when that scores best, with the ranges that calibrate finds by it', async (wanted) => {
    const expected = await calibrate(graph, everything, samples(16), { observer: wanted });
    let calls = 0;
    const found = await chooseObserver(await calibrateByEach(graph, everything, samples(16)), async () =>
      observers[calls++] === wanted ? 30 : 29.9,
    );
    expect(found.observer).toBe(wanted);
    expect([...found.scores]).toEqual(observers.map((observer) => [observer, observer === wanted ? 30 : 29.9]));
    expect(found.ranges).toEqual(expected.ranges);
    expect(found.findings).toEqual(expected.findings);
    expect(found.samples).toBe(16);
  });

  it('takes min-max where none is better', async () => {
    const { observer } = await chooseObserver(await calibrateByEach(graph, everything, samples(16)), async () => 1);
    expect(observer).toBe('min-max');
  });

  it('scores the very ranges that each observer finds from all samples', async () => {
    const tried: ReadonlyMap<TensorId, Range>[] = [];
    await chooseObserver(await calibrateByEach(graph, everything, samples(16)), async (ranges) => tried.push(ranges));
    expect(tried).toHaveLength(observers.length);
    for (const [index, observer] of observers.entries()) {
      expect(tried[index]).toEqual((await calibrate(graph, everything, samples(16), { observer })).ranges);
    }
  });

  describe('beside the choice for another graph', () => {
    const rival = { observer: 'mse', scores: new Map([['mse', 30] as const]) } as const;

    it.each([
      ['tries all where it comes near', 26, observers],
      ['tries no other observer where it is far behind', 25.9, ['mse']],
    ])('%s', async (_, score, expected) => {
      const found = await chooseObserver(
        await calibrateByEach(graph, everything, samples(16)),
        async () => score,
        rival,
      );
      expect([...found.scores.keys()]).toEqual(expected);
      expect(found.observer).toBe(expected[0]);
    });

    it('begins with its observer', async () => {
      const tried: ReadonlyMap<TensorId, Range>[] = [];
      const by = await calibrateByEach(graph, everything, samples(16));
      await chooseObserver(by, async (ranges) => 30 + tried.push(ranges), rival);
      expect(tried).toHaveLength(observers.length);
      expect(tried[0]).toEqual(by('mse').ranges);
    });
  });

  it('gives no ranges where none are asked for', async () => {
    const { ranges, observer } = await chooseObserver(await calibrateByEach(graph, [], samples(16)), async () => 0);
    expect(ranges.size).toBe(0);
    expect(observer).toBe('min-max');
  });
});
