import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { measureModel, openModel } from '../../src/measuring/measure.ts';
import { measureSaving } from '../../src/measuring/measure-saving.ts';
import { losslessPasses } from '../../src/optimize/lossless.ts';
import { automatic, parseRecipe } from '../../src/optimize/recipe.ts';
import { resolveTarget } from '../../src/targets/load.ts';
import { describeWithReference, referenceBytes } from '../support/reference.ts';

const target = resolveTarget('nucleo-l4r5zi');
const metrics = ['peakRam', 'flash', 'latency'] as const;

async function savingOf(bytes: Uint8Array) {
  const model = openModel(bytes, 'model.tflite');
  const asCommitted = await measureModel(model, target, { recipe: automatic });
  return { model, asCommitted: asCommitted.measurement, saving: await measureSaving(model, asCommitted, target, {}) };
}

describe('measureSaving', () => {
  it('gives every pass its share, in the order of the passes, and together they are the whole', async () => {
    const { model, asCommitted, saving } = await savingOf(readFileSync('fixtures/digits/base/digits-int8.tflite'));
    expect(saving).toBeDefined();
    const order = ['rewrite-file', ...losslessPasses(model.graph, target)];
    expect(saving?.steps.map(({ pass }) => pass)).toEqual(
      order.filter((name) => saving?.steps.some(({ pass }) => pass === name)),
    );
    for (const metric of metrics) {
      const sum = saving?.steps.reduce((total, step) => total + (step[metric] ?? 0), 0);
      const whole = (saving?.measurement[metric]?.value ?? 0) - (asCommitted[metric]?.value ?? 0);
      expect(sum).toBeCloseTo(whole, 6);
    }
  });

  it('is what taking the passes one by one saves', async () => {
    const { model, saving } = await savingOf(readFileSync('fixtures/digits/base/digits-int8.tflite'));
    const only = saving?.steps.map(({ pass }) => pass).filter((pass) => pass !== 'rewrite-file');
    const recipe = parseRecipe(`lossless=${only?.join(',')}`);
    const { measurement } = await measureModel(model, target, { recipe });
    for (const metric of metrics) expect(measurement[metric]?.value).toBe(saving?.measurement[metric]?.value);
  });

  it('has nothing to say of a model that is as small as it gets', async () => {
    const { saving } = await savingOf(readFileSync('fixtures/digits/base/digits-int8.tflite'));
    expect((await savingOf(saving?.artifact ?? new Uint8Array())).saving).toBeUndefined();
  });
});

describeWithReference('measureSaving on visual wake words', () => {
  it('names dead channels and the memory plan', async () => {
    const { saving } = await savingOf(
      referenceBytes({
        file: 'mlcommons+tiny/benchmark/training/visual_wake_words/trained_models/vww_96_int8.tflite',
      }),
    );
    const step = (name: string) => saving?.steps.find(({ pass }) => pass === name);
    expect(step('remove-dead-channels')?.flash).toBeLessThan(-170_000);
    expect(step('plan-memory')?.peakRam).toBeLessThan(-18_000);
  });
});
