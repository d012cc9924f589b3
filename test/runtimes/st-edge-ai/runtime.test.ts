import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readOnnx } from '../../../src/formats/onnx/read.ts';
import { readTflite } from '../../../src/formats/tflite/read.ts';
import type { Artifact } from '../../../src/runtimes/runtime.ts';
import { stEdgeAi } from '../../../src/runtimes/st-edge-ai/runtime.ts';
import { boardIds, loadBoard, resolveTarget } from '../../../src/targets/load.ts';
import { boardTexts } from '../../../src/targets/registry.ts';

const digits = (name: string) => readFileSync(`fixtures/digits/base/${name}`);
const int8: Artifact = {
  format: 'tflite',
  bytes: digits('digits-int8.tflite'),
  graph: readTflite(digits('digits-int8.tflite'), 'digits-int8.tflite'),
};
const onnx: Artifact = {
  format: 'onnx',
  bytes: digits('digits.onnx'),
  graph: readOnnx(digits('digits.onnx'), 'digits.onnx'),
};
// Boards of files that are being worked on are not this test's.
const all = boardIds.filter((id) => boardTexts[id]?.includes('st-edge-ai:'));
// neural-art.test.ts has those with an NPU.
const boards = all.filter((id) => loadBoard(id).runtimes['st-edge-ai']?.accelerator === undefined);

describe('ST Edge AI Core', () => {
  test('is on the boards of STMicroelectronics', () => {
    expect(boards.length).toBeGreaterThan(15);
    expect(all.every((id) => loadBoard(id).vendor === 'STMicroelectronics')).toBe(true);
  });

  test.each(boards)('%s: all metrics, each with its error', (id) => {
    const estimate = stEdgeAi.estimate(int8, resolveTarget(`${id}/st-edge-ai`));
    expect(estimate.deployable).toBe(true);
    for (const metric of [estimate.peakRam, estimate.flash, estimate.latency, estimate.energy]) {
      expect(metric?.value).toBeGreaterThan(0);
      expect(metric?.error).toBeGreaterThan(0);
    }
    const parts = Object.values(estimate.parts).map((each) => each.reduce((sum, { bytes }) => sum + bytes, 0));
    expect(parts).toEqual([estimate.peakRam?.value, estimate.flash?.value]);
    expect(estimate.findings.map(({ code }) => code)).toEqual(['compiler-missing']);
    // The fixture has 81 thousand multiply-accumulates; networks as small as that are further off than the board says.
    expect(estimate.latency?.error).toBeGreaterThanOrEqual(0.4);
    const layers = estimate.layers.reduce((sum, { latency }) => sum + (latency ?? 0), 0);
    expect(layers).toBeCloseTo(estimate.latency?.value ?? 0, 9);
  });

  test('an ONNX model is estimated too; in float it says that speed is less certain', () => {
    const estimate = stEdgeAi.estimate(onnx, resolveTarget('nucleo-l4r5zi/st-edge-ai'));
    expect(estimate.latency?.value).toBeGreaterThan(0);
    expect(estimate.findings.map(({ code }) => code)).toContain('float-speed');
    const inFloat = estimate.peakRam?.value ?? 0;
    expect(inFloat).toBeGreaterThan(
      stEdgeAi.estimate(int8, resolveTarget('nucleo-l4r5zi/st-edge-ai')).peakRam?.value ?? 0,
    );
  });

  test('a network that cannot be lowered has no numbers, and a sentence why', () => {
    const graph = {
      ...onnx.graph,
      operators: onnx.graph.operators.map((operator, index) =>
        index === 0 ? { ...operator, type: 'NonZero' } : operator,
      ),
    };
    const estimate = stEdgeAi.estimate({ ...onnx, graph }, resolveTarget('nucleo-l4r5zi/st-edge-ai'));
    expect(estimate).toMatchObject({ deployable: false, latency: null, peakRam: null });
    expect(estimate.unavailable.latency).toContain('NonZero');
    expect(estimate.findings).toMatchObject([{ code: 'unsupported-operator', severity: 'error' }]);
  });

  test('what does not fit is refused', () => {
    const target = resolveTarget('nucleo-l4r5zi/st-edge-ai', 'small', { ramBytes: 1000, flashBytes: 1000 });
    const estimate = stEdgeAi.estimate(int8, target);
    expect(estimate.deployable).toBe(false);
    expect(estimate.findings.flatMap(({ where }) => where ?? [])).toEqual(['ram', 'flash']);
  });

  test("ST's kernels are faster than CMSIS-NN's on convolutions and no slower on dense layers", async () => {
    const { tflm } = await import('../../../src/runtimes/tflm/runtime.ts');
    const theirs = stEdgeAi.estimate(int8, resolveTarget('nucleo-l4r5zi/st-edge-ai'));
    const ours = tflm.estimate(int8, resolveTarget('nucleo-l4r5zi/tflm'));
    theirs.layers.forEach(({ type, latency }, index) => {
      const cmsis = ours.layers[index]?.latency ?? 0;
      expect(latency ?? 0, type).toBeLessThanOrEqual(cmsis * 1.001);
    });
  });
});
