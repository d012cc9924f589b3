import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Measurement } from '../../src/measurement/measurement.ts';
import { measureModel, openModel } from '../../src/measuring/measure.ts';
import { parseRecipe } from '../../src/optimize/recipe.ts';
import { runtimeOf } from '../../src/runtimes/registry.ts';
import { boardIds, loadBoard, resolveTarget } from '../../src/targets/load.ts';

const ids = ['litert', 'onnxruntime', 'tensorrt', 'synap', 'vx-delegate', 'esp-dl'];
const targets = boardIds.flatMap((board) =>
  Object.keys(loadBoard(board).runtimes)
    .filter((runtime) => ids.includes(runtime))
    .map((runtime) => `${board}/${runtime}`),
);
const models = {
  tflite: 'fixtures/digits/base/digits-int8.tflite',
  onnx: 'fixtures/digits/base/digits.onnx',
};

async function measured(targetText: string): Promise<Measurement> {
  const target = resolveTarget(targetText);
  const file = runtimeOf(target.runtime).loads.includes('tflite') ? models.tflite : models.onnx;
  const model = openModel(readFileSync(file), file);
  return (await measureModel(model, target, { recipe: parseRecipe('auto') })).measurement;
}

/** What must hold of any Measurement: every metric has a value with its basis and error, or a reason. */
function expectSound(measurement: Measurement): void {
  for (const metric of ['peakRam', 'flash', 'latency', 'energy'] as const) {
    const value = measurement[metric];
    if (value === null) expect(measurement.unavailable[metric], metric).toMatch(/\w{3}/);
    else {
      expect(value.value, metric).toBeGreaterThan(0);
      expect(value.source, metric).toBeTruthy();
      if (value.basis === 'modelled') expect(value.error, metric).toBeGreaterThan(0);
    }
  }
  const { latency, parts, peakRam, flash } = measurement;
  if (latency !== null) {
    const sum = measurement.layers.reduce((all, layer) => all + (layer.latency ?? Number.NaN), 0);
    expect(sum).toBeCloseTo(latency.value, 6);
  }
  const total = (list: readonly { readonly bytes: number }[]) => list.reduce((all, { bytes }) => all + bytes, 0);
  if (peakRam !== null) expect(total(parts.peakRam)).toBe(peakRam.value);
  if (flash !== null) expect(total(parts.flash)).toBe(flash.value);
}

describe('every application board and every runtime of it', () => {
  test.each(targets)('%s measures a model from end to end', async (target) => {
    const measurement = await measured(target);
    expectSound(measurement);
    expect(measurement.target.id).toBe(target);
    expect(measurement.layers.length).toBeGreaterThan(0);
    // ESP-DL has convolutions for integers alone, and this model is not.
    if (target.endsWith('/esp-dl')) {
      expect(measurement.deployable).toBe(false);
      expect(measurement.findings.map(({ code }) => code)).toContain('unsupported-operator');
    } else
      expect([measurement.deployable, measurement.findings.filter(({ severity }) => severity === 'error')]).toEqual([
        true,
        [],
      ]);
  });

  test('faster cores and accelerators take less time', async () => {
    const latency = async (target: string) => (await measured(target)).latency?.value ?? Number.NaN;
    const raspberry = await Promise.all(
      ['raspberry-pi-zero-2-w', 'raspberry-pi-3', 'raspberry-pi-4', 'raspberry-pi-5'].map((id) =>
        latency(`${id}/litert`),
      ),
    );
    expect([...raspberry].sort((a, b) => b - a)).toEqual(raspberry);
    expect(await latency('sl1680/synap')).toBeLessThan(await latency('sl1640/synap'));
  });
});
