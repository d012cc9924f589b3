import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Attribution } from '../../src/judge/comparison.ts';
import type { Layer, Measurement } from '../../src/measurement/measurement.ts';
import type { MetricName } from '../../src/measurement/metric-names.ts';
import {
  comparison,
  exact,
  KiB,
  layer,
  layers,
  measurement,
  modelled,
  narrowModel,
  wideModel,
} from '../support/measurements.ts';

function attribute(base: Measurement | null, head: Measurement | null): readonly Attribution[] {
  const side = (one: Measurement | null) => (one === null ? null : { measurement: one });
  return comparison({ base: side(base), head: side(head) }).attributions;
}

function of(rows: readonly Attribution[], metric: MetricName): readonly Attribution[] {
  return rows.filter((row) => row.metric === metric);
}

function sum(rows: readonly Attribution[]): number {
  return rows.reduce((total, { delta }) => total + delta, 0);
}

describe('attribute', () => {
  it('says which layer brought what, in words', () => {
    const rows = attribute(narrowModel(), wideModel());
    expect(of(rows, 'peakRam')[0]).toEqual({
      metric: 'peakRam',
      layer: 'conv_3',
      type: 'CONV_2D',
      delta: 8 * 8 * 32 * 5,
      what: '64 → 96 channels',
    });
    expect(of(rows, 'flash').map(({ layer: name, delta }) => [name, delta])).toEqual([
      ['conv_3', 9600],
      ['model file', 11_264 - 9600],
    ]);
    expect(of(rows, 'latency')).toMatchObject([{ layer: 'conv_3', what: '64 → 96 channels' }]);
  });

  it('tells where the peak was when it moved', () => {
    const peaks = (first: number, second: number) =>
      measurement({
        peakRam: exact(Math.max(first, second)),
        layers: layers(layer('conv_1', { liveBytes: first }), layer('conv_2', { liveBytes: second })),
      });
    expect(of(attribute(peaks(5000, 3000), peaks(4000, 6000)), 'peakRam')).toEqual([
      { metric: 'peakRam', layer: 'conv_2', type: 'CONV_2D', delta: 3000, what: '2.9 KiB → 5.9 KiB alive' },
      { metric: 'peakRam', layer: 'conv_1', type: 'CONV_2D', delta: -2000, what: 'had the peak in the base' },
    ]);
  });

  it('names the runtime code that a new operator needs', () => {
    const base = measurement({
      flash: modelled(100 * KiB, 'B', 0.03),
      parts: { peakRam: [], flash: [{ name: 'interpreter', bytes: 40_000 }] },
    });
    const head = measurement({
      flash: modelled(103 * KiB, 'B', 0.03),
      parts: {
        peakRam: [],
        flash: [
          { name: 'interpreter', bytes: 40_000 },
          { name: 'SOFTMAX kernel', bytes: 3 * KiB },
        ],
      },
    });
    expect(of(attribute(base, head), 'flash')).toEqual([
      { metric: 'flash', layer: 'runtime', type: 'other', delta: 3 * KiB, what: 'SOFTMAX kernel +3 KiB' },
    ]);
  });

  it('has nothing to say without both sides, or when nothing changed', () => {
    expect(attribute(null, measurement())).toEqual([]);
    expect(attribute(measurement(), null)).toEqual([]);
    expect(attribute(wideModel(), wideModel())).toEqual([]);
  });

  it('sums to the difference of each metric, whatever the layers, and stays within the schema', () => {
    const anyLayer = fc.record({
      name: fc.constantFrom('a', 'b', 'c', 'd', ''),
      flash: fc.nat(10_000),
      liveBytes: fc.nat(10_000),
      latency: fc.option(fc.integer({ min: 0, max: 100 })),
    });
    const anyMeasurement = fc
      .record({
        layers: fc.array(anyLayer, { maxLength: 120 }),
        peak: fc.nat(20_000),
        flash: fc.nat(100_000),
        bytes: fc.nat(50_000),
        latency: fc.nat(1000),
      })
      .map((each) =>
        measurement({
          peakRam: exact(each.peak),
          flash: exact(each.flash),
          latency: modelled(each.latency, 'ms', 0.1),
          energy: null,
          artifact: { ...measurement().artifact, bytes: each.bytes },
          layers: layers(...each.layers.map(({ name, ...rest }): Layer => layer(name, rest))),
        }),
      );
    fc.assert(
      fc.property(anyMeasurement, anyMeasurement, (base, head) => {
        const rows = attribute(base, head);
        expect(rows.length).toBeLessThanOrEqual(200);
        for (const metric of ['flash', 'latency', 'peakRam'] as const) {
          const total = (head[metric]?.value ?? 0) - (base[metric]?.value ?? 0);
          const explained = of(rows, metric);
          expect(total === 0 ? explained : sum(explained)).toEqual(total === 0 ? [] : total);
        }
      }),
    );
  });
});
