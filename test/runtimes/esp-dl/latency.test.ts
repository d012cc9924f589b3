import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { espDlTime, missedShare } from '../../../src/runtimes/esp-dl/latency.ts';
import { type LayerShape, layerShape, layerWork } from '../../../src/runtimes/esp-dl/layer-work.ts';
import { waitsForFilters } from '../../../src/runtimes/esp-dl/waiting.ts';
import { computedTensors } from '../../../src/runtimes/roofline/work.ts';
import { loadBoard } from '../../../src/targets/load.ts';
import { builder } from '../../quantize/small-network.ts';

const conv = (more: Partial<LayerShape>): LayerShape => ({
  kind: 'conv',
  positions: 196,
  taps: 1,
  depth: 96,
  channels: 96,
  weightBytes: 9600,
  dataBytes: 2 * 196 * 96,
  elementBytes: 1,
  ...more,
});

describe('time of ESP-DL', () => {
  // An epidemic's final size: of 2 caches' worth 79.7 % are missed at each pass (m = 1 - e^-2m).
  test.each([
    [10, 0],
    [64, 0],
    [128, 0.7968],
    [640, 0.99995],
  ])('of %i KiB walked through again and again, 64 KiB of cache miss a share of %f', (kibibytes, share) => {
    expect(missedShare(kibibytes * 1024, 65_536)).toBeCloseTo(share, 4);
  });

  test('a larger share of more is missed, and all at most', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e7 }), fc.integer({ min: 0, max: 1e7 }), (bytes, more) => {
        const [one, other] = [missedShare(bytes, 65_536), missedShare(bytes + more, 65_536)];
        expect(other).toBeGreaterThanOrEqual(one - 1e-9);
        expect(other).toBeLessThanOrEqual(1);
      }),
    );
  });

  test.each([
    ['whole vectors', conv({}), { vectors: 196 * 96 * 6, raggedPositions: 0 }],
    ['channels that do not fill vectors', conv({ channels: 100 }), { vectors: 196 * 96 * 7, raggedPositions: 196 }],
    ['elements of two bytes', conv({ elementBytes: 2 }), { vectors: 196 * 96 * 12, raggedPositions: 0 }],
    [
      'a depthwise one',
      conv({ kind: 'depthwise', taps: 9, depth: 1 }),
      { vectors: 0, depthwiseVectors: 196 * 9 * 6, raggedPositions: 0, weightPasses: 0 },
    ],
    ['a table', conv({ kind: 'table', positions: 50 }), { vectors: 0, tableElements: 50, raggedPositions: 0 }],
  ] as const)('%s', (_, shape, expected) => {
    expect(layerWork(shape)).toMatchObject(expected);
  });

  test('filters beyond the cache are waited for at every position, in flash longer', () => {
    const time = espDlTime(loadBoard('esp32-s3'));
    if (time === undefined) throw new Error('no coefficients');
    const [small, large] = [conv({}), conv({ weightBytes: 300_000 })].map(layerWork);
    if (small === undefined || large === undefined) throw new Error('no work');
    expect(time(small, true)).toBe(time(small, false));
    const [extra, inFlash] = [time(large, false) - time(small, false), time(large, true) - time(small, true)];
    // 196 passes over 300 kB at 80 MHz: an octal bus with two bits a clock gives at most 160 MB/s, a quad one 40.
    expect(extra).toBeGreaterThan((196 * 300_000) / 160e3);
    expect(inFlash).toBeGreaterThan((196 * 300_000) / 40e3);
    expect(inFlash).toBeLessThan(2 * ((196 * 300_000) / 40e3));
  });

  test('waiting is told where it is much of the time, and where the filters are', () => {
    const time = espDlTime(loadBoard('esp32-s3'));
    if (time === undefined) throw new Error('no coefficients');
    const [small, large] = [conv({}), conv({ weightBytes: 300_000 })].map(layerWork);
    const said = (inFlash: boolean, ...works: readonly (typeof small)[]) =>
      waitsForFilters(time, works, inFlash).map(({ message }) => message);
    expect(said(true, small, small)).toEqual([]);
    expect(said(false, small, undefined, large)).toEqual([expect.stringMatching(/filters of 1 layer:.*from PSRAM/)]);
    expect(said(true, large, small)).toEqual([expect.stringMatching(/from flash; a board with enough PSRAM/)]);
  });

  test('ONNX operators as layers', () => {
    const g = builder(13);
    const x = g.tensor('x', [1, 16, 10, 12]);
    const [w, y] = [g.tensor('w', [24, 16, 3, 3]), g.tensor('y', [1, 24, 5, 6])];
    g.operator('Conv', [x, w], [y]);
    const z = g.tensor('z', [1, 24, 5, 6]);
    g.operator('Sigmoid', [y], [z]);
    const graph = g.graph([x], [z]);
    const computed = computedTensors(graph);
    const shapes = graph.operators.map((each) => layerShape(graph, each, computed));
    expect(shapes).toMatchObject([
      {
        kind: 'conv',
        positions: 30,
        taps: 9,
        depth: 16,
        channels: 24,
        weightBytes: 24 * 16 * 9 + 96,
        dataBytes: 1920 + 720,
      },
      { kind: 'table', positions: 720 },
    ]);
  });
});
