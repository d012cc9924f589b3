import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readModel } from '../../src/formats/read-model.ts';
import { ethosU } from '../../src/runtimes/ethos-u/runtime.ts';
import type { Artifact } from '../../src/runtimes/runtime.ts';
import { resolveTarget } from '../../src/targets/load.ts';
import { poweredAs } from '../../src/targets/other-conditions.ts';

/** A fixture for an Ethos-U55 of a board whose file has an active power, which is of its CPU. */
function estimated(name: string, stated?: number) {
  const bytes = readFileSync(`fixtures/${name}`);
  const { graph } = readModel(bytes, name);
  const artifact: Artifact = { format: 'tflite', bytes, graph };
  const target = resolveTarget('alif-e7/ethos-u');
  const board = stated === undefined ? target.board : poweredAs(target.board, { activeMilliwatts: stated });
  return {
    ...ethosU.estimate(artifact, { ...target, board }),
    cpuMilliwatts: target.board.power.activeMilliwatts?.value,
  };
}

describe('energy where an NPU runs a part', () => {
  test('is not the power of the CPU times the time of the NPU', () => {
    const { energy, layers, unavailable, cpuMilliwatts } = estimated('digits/base/digits-int8.tflite');
    expect(cpuMilliwatts).toBeGreaterThan(0);
    expect(layers.some(({ unit }) => unit === 'npu')).toBe(true);
    expect(energy).toBeNull();
    expect(unavailable.energy).toMatch(/^Energy is not known, as what .* takes while its accelerator works .* power: /);
    for (const layer of layers) expect(layer.energy === null).toBe(layer.unit === 'npu');
  });

  test("is its owner's figure times latency", () => {
    const { energy, latency, unavailable, layers } = estimated('digits/base/digits-int8.tflite', 60);
    expect(energy?.value).toBeCloseTo((60 * (latency?.value ?? 0)) / 1000, 9);
    expect(unavailable.energy).toBeUndefined();
    for (const layer of layers) expect(layer.energy).toBeCloseTo((60 * (layer.latency ?? 0)) / 1000, 9);
  });

  test('is by the power of the CPU where nothing runs on the NPU', () => {
    const { energy, latency, layers, cpuMilliwatts } = estimated('kernels/conv-2d-float32-3x3.tflite');
    expect(layers.map(({ unit }) => unit)).toEqual(['cpu']);
    expect(energy?.value).toBeCloseTo(((cpuMilliwatts ?? 0) * (latency?.value ?? 0)) / 1000, 9);
  });
});
