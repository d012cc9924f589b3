import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { networks } from '../../../bench/architectures/networks.ts';
import { withConvertedInput } from '../../../bench/estimates/neural-art.ts';
import memory from '../../../bench/estimates/neural-art-memory.json' with { type: 'json' };
import { overlapInTime } from '../../../src/runtimes/plan/buffers.ts';
import { neuralArtActivations, planInBanks } from '../../../src/runtimes/st-edge-ai/neural-art-memory.ts';

const KiB = 1024;
/** What the rules do not explain: a quarter of MobileNet V1's width, and placements a little apart. */
const apart: Readonly<Record<string, number>> = {
  'mobilenet1-0.25': 0.42,
  'mobilenet1-0.25-food101': 0.42,
  'mobilenet2-1.0': 0.04,
  'mobilenet2-1.0-food101': 0.04,
  'mobilenet2-1.4': 0.03,
  'squeezenet-1.1-128-food101': 0.07,
};

describe('activations in the banks of an STM32N6', () => {
  test.each(Object.entries(memory.kibibytes))('%s', (name, { ram }) => {
    const graph = networks[name]?.('int8');
    if (graph === undefined) throw new Error(`there is no network ${name}`);
    const kibibytes = neuralArtActivations(withConvertedInput(graph)).memory.arenaRequired / KiB;
    // Published with two digits.
    expect(Math.abs(kibibytes / ram - 1)).toBeLessThan(apart[name] ?? 1e-4);
  });

  test.each([
    ['two at once share a bank while they fit', [200, 248], 448],
    ['a third goes to the next bank', [300, 300, 100], 700],
    ["what no bank of the NPU takes goes to the CPU's", [600, 400], 1000],
    ['what none takes spans several, and what they have left is used', [1100, 372], 1472],
    ['what does not fit inside is outside', [2816, 16], 2832],
  ])('%s', (_, sizes, kibibytes) => {
    const requests = sizes.map((size) => ({ bytes: size * KiB, first: 0, last: 1 }));
    expect(planInBanks(requests).bytes).toBe(kibibytes * KiB);
  });

  test('one after the other take the same place', () => {
    const requests = [0, 1, 2].map((first) => ({ bytes: 100 * KiB, first, last: first }));
    expect(planInBanks(requests)).toEqual({ offsets: [0, 0, 0], bytes: 100 * KiB });
  });

  test('never gives two buffers that are alive together the same byte, nor one a byte that is not counted', () => {
    const request = fc
      .record({ size: fc.integer({ min: 0, max: 150 }), first: fc.nat(9), length: fc.nat(5) })
      .map(({ size, first, length }) => ({ bytes: size * 16 * KiB, first, last: first + length }));
    fc.assert(
      fc.property(fc.array(request, { maxLength: 14 }), (requests) => {
        const { offsets, bytes } = planInBanks(requests);
        const ends = requests.map((each, id) => (offsets[id] ?? 0) + each.bytes);
        expect(Math.max(0, ...ends)).toBeLessThanOrEqual(bytes);
        requests.forEach((one, a) => {
          requests.slice(0, a).forEach((other, b) => {
            if (one.bytes === 0 || other.bytes === 0 || !overlapInTime(one, other)) return;
            const isApart = (ends[a] ?? 0) <= (offsets[b] ?? 0) || (ends[b] ?? 0) <= (offsets[a] ?? 0);
            expect(isApart).toBe(true);
          });
        });
      }),
    );
  });
});
