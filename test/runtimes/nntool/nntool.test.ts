import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { referenceDirectory } from '../../../bench/reference.ts';
import { readTflite } from '../../../src/formats/tflite/read.ts';
import { ne16Cycles } from '../../../src/runtimes/nntool/ne16-cycles.ts';
import { nntool } from '../../../src/runtimes/nntool/runtime.ts';
import { resolveTarget } from '../../../src/targets/load.ts';

const target = resolveTarget('gap9/nntool');
const estimateOf = (file: string) => {
  const bytes = readFileSync(file);
  return nntool.estimate({ format: 'tflite', bytes, graph: readTflite(bytes, file) }, target);
};

describe('NE16', () => {
  // What DORY's Ne16PerfModel prints for these layers, with nq_bias=True.
  test.each([
    ['1x1', 3, 3, 32, 16, 19 + 6 + 38 + 2 + (9 + 32 + 8 + 4) + 13],
    ['3x3', 3, 3, 32, 16, 31 + 6 + (6 + 256) + 2 + (9 + 32 + 8 + 4) + 13],
    ['depthwise', 3, 3, 16, 16, 31 + 22 + (6 + 128) + 2 + (9 + 16 + 8 + 2) + 13],
    ['1x1', 18, 51, 32, 32, 6 * 17 * (2 * (19 + 6 + 38 + 2) + 53 + 13)],
  ] as const)('%s on %d by %d, %d filters, %d channels', (kind, height, width, filters, channels, cycles) => {
    expect(ne16Cycles({ kind, height, width, filters, channels }, 8)).toBe(cycles);
  });

  test('never multiplies more than its array can, and more work never takes less', () => {
    const extent = fc.integer({ min: 1, max: 64 });
    const job = fc.record({
      kind: fc.constantFrom('3x3', '1x1'),
      height: extent,
      width: extent,
      filters: fc.integer({ min: 1, max: 256 }),
      channels: fc.integer({ min: 1, max: 256 }),
    });
    fc.assert(
      fc.property(job, fc.integer({ min: 2, max: 8 }), (each, bits) => {
        const cycles = ne16Cycles(each, bits);
        const macs = each.height * each.width * each.filters * each.channels * (each.kind === '3x3' ? 9 : 1);
        expect(macs / cycles).toBeLessThan(each.kind === '3x3' ? 1296 / bits : 144);
        for (const axis of ['height', 'width', 'filters', 'channels'] as const) {
          expect(ne16Cycles({ ...each, [axis]: each[axis] + 1 }, bits)).toBeGreaterThanOrEqual(cycles);
        }
      }),
    );
  });
});

describe('NNTool on GAP9', () => {
  test('convolutions run on NE16, the rest on the cluster, with energy', () => {
    const { layers, findings, deployable, latency, energy } = estimateOf('fixtures/digits/base/digits-int8.tflite');
    expect(deployable).toBe(true);
    const units = new Map(layers.map(({ type, unit }) => [type, unit]));
    expect([units.get('CONV_2D'), units.get('SOFTMAX')]).toEqual(['npu', 'cpu']);
    expect(findings.some(({ message }) => message.includes("cluster's cores compute it"))).toBe(true);
    expect([latency?.error, energy?.error]).toEqual([0.2, 0.25]);
  });

  test('of floating point nothing is known', () => {
    const { latency, unavailable } = estimateOf('fixtures/digits/base/digits-float.tflite');
    expect(latency).toBeNull();
    expect(unavailable.latency).toContain('NNTool');
  });

  // With weights of 5 to 7 bits it was at most as long as this says of 8.
  const tiny = path.join(referenceDirectory, 'models/mlcommons+tiny/benchmark/training');
  test.skipIf(!existsSync(tiny)).each([
    ['anomaly_detection/trained_models/ad01_int8.tflite', 5691.597],
    ['keyword_spotting/trained_models/kws_ref_model.tflite', 2103.206],
    ['image_classification/trained_models/pretrainedResnet_quant.tflite', 1622.799],
    ['visual_wake_words/trained_models/vww_96_int8.tflite', 889.048],
  ])('%s takes about as long as GreenWaves submitted', (file, perSecond) => {
    const ratio = ((estimateOf(path.join(tiny, file)).latency?.value ?? Number.NaN) * perSecond) / 1e3;
    expect(ratio).toBeGreaterThan(0.88);
    expect(ratio).toBeLessThan(1.3);
  });
});
