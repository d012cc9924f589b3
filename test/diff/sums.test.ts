import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DiffMetric, diffMetrics, modelDiffSchema } from '../../src/diff/model-diff.ts';
import { writeModel } from '../../src/formats/write-model.ts';
import { buildComparison } from '../../src/judge/build-comparison.ts';
import type { Comparison } from '../../src/judge/comparison.ts';
import { type Measured, measureModel, openModel } from '../../src/measuring/measure.ts';
import { parseRecipe } from '../../src/optimize/recipe.ts';
import { resolveTarget } from '../../src/targets/load.ts';
import { anyNetwork, type NetworkSpec, writeNetwork } from '../support/random-models.ts';

const measured = (bytes: Uint8Array, file: string, target: string, recipe: string): Promise<Measured> =>
  measureModel(openModel(bytes, file), resolveTarget(target), { recipe: parseRecipe(recipe) });

function compared(base: Measured, head: Measured): Comparison {
  const change = { path: 'model', state: 'compared' as const };
  const target = { name: 'target', id: 'target' };
  return buildComparison({ change, target, base, head, budgets: [], saving: null, problems: [] });
}

/** Every metric's total, and what rows and rest sum to from the front and from behind. */
function expectSums({ diff, deltas, attributions }: Comparison, metrics: readonly DiffMetric[]): void {
  expect(diff).not.toBeNull();
  if (diff === null) return;
  modelDiffSchema.parse(JSON.parse(JSON.stringify(diff)));
  expect(Object.keys(diff.totals)).toEqual(expect.arrayContaining([...metrics]));
  for (const metric of diffMetrics) {
    const total = diff.totals[metric];
    if (total === undefined) continue;
    const parts = [
      ...diff.rows.map(({ deltas: of }) => of[metric] ?? 0),
      ...diff.rest.filter((each) => each.metric === metric).map(({ delta }) => delta),
    ];
    const sum = (numbers: readonly number[]) => numbers.reduce((all, each) => all + each, 0);
    expect(sum(parts)).toBe(total.delta);
    expect(sum(parts.toReversed())).toBe(total.delta);
    expect(total.head - total.base).toBe(total.delta);
    const asMeasured = metric === 'macs' || metric === 'parameters' ? undefined : deltas[metric];
    if (asMeasured === undefined) continue;
    expect(Math.abs(asMeasured.absolute - total.delta)).toBeLessThan(1e-9);
    expect(sum(attributions.filter((each) => each.metric === metric).map(({ delta }) => delta))).toBe(total.delta);
  }
  const operators = diff.rows.reduce((all, { count }) => all + count, 0);
  expect(operators).toBe(Object.values(diff.counts).reduce((all, count) => all + count, 0));
}

/** The network with sums of equal shapes and without what needs steps of its own, so that a device would run it. */
const runnable = (network: NetworkSpec): NetworkSpec =>
  network.map((layer) => ({ ...layer, width: 3, kind: layer.kind === 'sigmoid' ? 'relu' : layer.kind }));

describe("each metric's difference is the sum of its operators' shares and of what no operator brought", () => {
  it.each([
    ['nucleo-l4r5zi', 'tflite', 'none', ['peakRam', 'flash', 'latency', 'energy', 'macs', 'parameters']],
    ['nucleo-l4r5zi', 'tflite', 'lossless', ['peakRam', 'flash', 'latency', 'energy', 'macs', 'parameters']],
    ['nucleo-l4r5zi', 'onnx', 'lossless', ['peakRam', 'flash', 'latency', 'macs', 'parameters']],
    ['raspberry-pi-4/onnxruntime', 'onnx', 'none', ['peakRam', 'flash', 'latency', 'macs', 'parameters']],
    ['raspberry-pi-4/litert', 'tflite', 'none', ['peakRam', 'flash', 'latency', 'macs', 'parameters']],
    ['grove-vision-ai-v2/ethos-u', 'tflite', 'none', ['peakRam', 'macs', 'parameters']],
  ] as const)('of random pairs on %s, from .%s, recipe %s', async (target, dialect, recipe, metrics) => {
    const step = dialect === 'tflite' ? 0.05 : undefined;
    const bytesOf = (network: NetworkSpec) => writeModel(writeNetwork(runnable(network), { dialect, step }));
    await fc.assert(
      fc.asyncProperty(anyNetwork(10), anyNetwork(10), async (one, other) => {
        const [base, head] = await Promise.all(
          [one, other].map((network) => measured(bytesOf(network), `model.${dialect}`, target, recipe)),
        );
        if (base === undefined || head === undefined) throw new Error('two sides');
        expect(base.measurement.findings.filter(({ severity }) => severity === 'error')).toEqual([]);
        expectSums(compared(base, head), metrics);
      }),
      // Vela takes a second for each.
      { numRuns: target.includes('ethos-u') ? 4 : 15 },
    );
  });

  it.each([
    ['base', 'wider', 'nucleo-l4r5zi', 'auto'],
    ['base', 'wider', 'nucleo-l4r5zi', 'lossless'],
    ['wider', 'worse', 'raspberry-pi-4/onnxruntime', 'none'],
    ['wider', 'base', 'arduino-nano-33-ble', 'int8'],
  ])('of the fixtures, %s against %s on %s, recipe %s', async (base, head, target, recipe) => {
    const side = (name: string) =>
      measured(readFileSync(`fixtures/digits/${name}/digits.onnx`), 'digits.onnx', target, recipe);
    expectSums(compared(await side(base), await side(head)), ['peakRam', 'flash', 'latency', 'macs', 'parameters']);
  });
});
