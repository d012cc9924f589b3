import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readTflite } from '../../../src/formats/tflite/read.ts';
import { overlapInTime } from '../../../src/runtimes/plan/buffers.ts';
import { rewrittenBytes } from '../../../src/runtimes/tvm/rewritten-storage.ts';
import { planUnified } from '../../../src/runtimes/tvm/unified-planner.ts';
import { microWorkspace } from '../../../src/runtimes/tvm/workspace.ts';

const training = '../shared/reference/models/mlcommons+tiny/benchmark/training';

describe('the workspace of microTVM', () => {
  // TVMGEN_DEFAULT_WORKSPACE_SIZE of MLPerf Tiny v1.0, closed/OctoML/code/microtvm_cmsis_nn; keyword spotting was compiled with the planner off.
  test.each([
    ['image_classification/trained_models/pretrainedResnet_quant.tflite', 66_112, 'arenaRequired'],
    ['visual_wake_words/trained_models/vww_96_int8.tflite', 64_800, 'arenaRequired'],
    ['keyword_spotting/trained_models/kws_ref_model.tflite', 17_232, 'unplanned'],
  ] as const)('%s: %i bytes', (file, bytes, which) => {
    const full = `${training}/${file}`;
    if (!existsSync(full)) return console.warn(`skipped: no ${full}`);
    const workspace = microWorkspace(readTflite(readFileSync(full), file), { library: 'cmsis-nn', vectors: 'dsp' });
    expect(which === 'unplanned' ? workspace.unplannedBytes : workspace.memory.arenaRequired).toBe(bytes);
  });

  test('a chain of equal tensors is stacked by the default planner, and takes turns without it', () => {
    const chain = Array.from({ length: 6 }, (_, step) => ({
      name: `sid_${step}`,
      bytes: 100,
      first: step,
      last: step + 1,
    }));
    // Names decide: sid_4, sid_3, sid_2, sid_1 with two neighbours each, then the ends with one.
    expect(planUnified(chain).offsets).toEqual([448, 336, 224, 112, 0, 112]);
    expect(rewrittenBytes(chain, [])).toBe(2 * 112);
  });

  test('no two buffers that are alive together share a byte, and neither plan is under what is alive at once', () => {
    const request = fc
      .tuple(fc.integer({ min: 1, max: 400 }), fc.nat(20), fc.nat(6))
      .map(([bytes, first, length]) => ({ bytes, first, last: first + length }));
    fc.assert(
      fc.property(fc.array(request, { maxLength: 25 }), (made) => {
        const requests = made.map((each, index) => ({ ...each, name: `sid_${index}` }));
        const { offsets, bytes } = planUnified(requests);
        const ends = requests.map((each, index) => (offsets[index] ?? 0) + each.bytes);
        requests.forEach((one, a) => {
          requests.slice(0, a).forEach((other, b) => {
            const isApart = (offsets[a] ?? 0) >= (ends[b] ?? 0) || (offsets[b] ?? 0) >= (ends[a] ?? 0);
            expect(isApart || !overlapInTime(one, other)).toBe(true);
          });
        });
        const live = Array.from({ length: 30 }, (_, step) =>
          requests.reduce((sum, { bytes: own, first, last }) => sum + (first <= step && step <= last ? own : 0), 0),
        );
        expect(bytes).toBe(Math.max(0, ...ends));
        expect(Math.min(bytes, rewrittenBytes(requests, []))).toBeGreaterThanOrEqual(Math.max(0, ...live));
      }),
    );
  });
});
