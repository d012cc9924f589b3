import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readTflite } from '../../src/formats/tflite/read.ts';
import { tflm } from '../../src/runtimes/tflm/runtime.ts';
import { boardIds, loadBoard, resolveTarget } from '../../src/targets/load.ts';

const file = 'fixtures/digits/base/digits-int8.tflite';
const bytes = readFileSync(file);
const artifact = { format: 'tflite', bytes, graph: readTflite(bytes, file) } as const;
const boards = boardIds.filter((id) => Object.hasOwn(loadBoard(id).runtimes, 'tflm'));

describe('TensorFlow Lite Micro on every board that has it', () => {
  test.each(boards)('%s: all metrics, or why not', (id) => {
    const target = resolveTarget(`${id}/tflm`);
    const estimate = tflm.estimate(artifact, target);
    expect(estimate.deployable).toBe(true);
    expect(estimate.peakRam?.value).toBeGreaterThan(1000);
    expect(estimate.flash?.value).toBeGreaterThan(bytes.byteLength);
    if (target.board.runtimes.tflm?.kernelLibrary === undefined) {
      expect([estimate.latency, estimate.energy]).toEqual([null, null]);
      expect(estimate.unavailable.latency).toContain('Kernel costs');
      return;
    }
    expect(estimate.latency?.value).toBeGreaterThan(0);
    expect(estimate.latency?.error).toBeGreaterThan(0);
    const milliwatts = target.board.power.activeMilliwatts;
    if (milliwatts === undefined) {
      expect(estimate.energy).toBeNull();
      expect(estimate.unavailable.energy).toContain('power');
    } else {
      expect(estimate.energy?.value).toBeCloseTo(((estimate.latency?.value ?? 0) * milliwatts.value) / 1000, 12);
      expect(estimate.energy?.error, 'the error of the energy is not less than that of the latency').toBeGreaterThan(0);
    }
    expect(estimate.layers.every(({ latency }) => latency !== null && latency >= 0)).toBe(true);
  });

  test('a Cortex-M0+ takes more cycles than a Cortex-M4, and that more than a Cortex-M7 or M85', () => {
    const cycles = ['nucleo-g0b1re', 'nucleo-l4r5zi', 'nucleo-h743zi', 'ek-ra8d1'].map((id) => {
      const latency = tflm.estimate(artifact, resolveTarget(`${id}/tflm`)).latency?.value ?? 0;
      return latency * loadBoard(id).clockHz.value;
    });
    expect([...cycles].sort((a, b) => b - a)).toEqual(cycles);
  });
});
