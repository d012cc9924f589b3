import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/errors.ts';
import { fitRecipe } from '../../src/fit/fit-recipe.ts';
import { paretoFront } from '../../src/fit/pareto.ts';
import type { Measurement } from '../../src/measurement/measurement.ts';
import type { Measured } from '../../src/measuring/measure.ts';
import { type AppliedRecipe, parseRecipe, recipeText } from '../../src/optimize/recipe.ts';
import { tfliteGraph } from '../support/tflite-models.ts';

const recipes = ['lossless', 'int8', 'int8+cluster=4bit+encode', 'int8+prune-channels=30%'].map(
  (text) => parseRecipe(text) as AppliedRecipe,
);
const measurement = (peakRam: number, flash: number, accuracy: number | null) =>
  ({
    peakRam: { value: peakRam, unit: 'B', basis: 'exact' },
    flash: { value: flash, unit: 'B', basis: 'exact' },
    latency: null,
    energy: null,
    artifact: { sha256: `${peakRam} ${flash}` },
    accuracy: accuracy === null ? null : { value: accuracy, unit: 'ratio', basis: 'measured' },
  }) as unknown as Measurement;
const results = new Map<string, readonly [number, number, number | null]>([
  ['lossless', [100, 400, 0.95]],
  ['int8', [50, 100, 0.94]],
  ['int8+cluster=4bit+encode', [50, 70, 0.94]],
  ['int8+prune-channels=30%', [40, 80, 0.9]],
]);
const graphs = { source: tfliteGraph({}), artifact: tfliteGraph({}) };
const measure = async (recipe: AppliedRecipe): Promise<Measured> => ({
  measurement: measurement(...(results.get(recipeText(recipe)) ?? [0, 0, null])),
  artifact: new Uint8Array(),
  graphs,
});
const under =
  (peakRam: number) =>
  ({ measurement: { peakRam: metric } }: Measured) =>
    (metric?.value ?? 0) <= peakRam;

describe('fitRecipe', () => {
  it.each([
    [200, 'lossless'],
    [60, 'int8'],
    [45, 'int8+prune-channels=30%'],
  ])('under %d B of RAM takes %s', async (limit, expected) => {
    const { chosen } = await fitRecipe({ recipes, measure, fits: under(limit) });
    expect(chosen === null ? null : recipeText(chosen.recipe)).toBe(expected);
  });

  it.each([false, true])(
    'looks between shares of pruned channels for the fewest that are enough; ends at the first: %s',
    async (untilFirst) => {
      const shares = [0.1, 0.2, 0.3].map((pruneChannels): AppliedRecipe => ({ numbers: 'int8', pruneChannels }));
      const asked: number[] = [];
      const pruned = async ({ pruneChannels = 0 }: AppliedRecipe): Promise<Measured> => {
        asked.push(pruneChannels);
        const ram = Math.round(1000 * (1 - pruneChannels));
        return { measurement: measurement(ram, ram, 1 - pruneChannels / 100), artifact: new Uint8Array(), graphs };
      };
      const { chosen, tried } = await fitRecipe({ recipes: shares, measure: pruned, fits: under(865), untilFirst });
      expect(chosen?.recipe.pruneChannels).toBe(0.15);
      expect(asked).toEqual([0.1, 0.2, ...(untilFirst ? [] : [0.3]), 0.15, 0.13]);
      expect(tried.map(({ recipe }) => recipe.pruneChannels)).toEqual([
        0.1,
        0.13,
        0.15,
        0.2,
        ...(untilFirst ? [] : [0.3]),
      ]);
    },
  );

  it('takes nothing where nothing fits', async () => {
    const fit = await fitRecipe({ recipes, measure, fits: under(10) });
    expect(fit.chosen).toBeNull();
    expect(fit.tried).toHaveLength(4);
  });

  it('stops at the first that fits when asked to', async () => {
    const fit = await fitRecipe({ recipes, measure, fits: under(60), untilFirst: true });
    expect(fit.tried.map(({ recipe }) => recipeText(recipe))).toEqual(['lossless', 'int8']);
  });

  it('does not count a file twice', async () => {
    const same = async () => ({ measurement: measurement(1, 1, 1), artifact: new Uint8Array(), graphs });
    const fit = await fitRecipe({ recipes, measure: same, fits: () => true });
    expect(fit.tried).toHaveLength(1);
    expect(fit.refused[0]?.reason).toBe('makes the same file as lossless');
  });

  it('says why a recipe was refused, and does not hide a bug', async () => {
    const failing = (error: Error) => async (recipe: AppliedRecipe) => {
      if (recipe.numbers === 'lossless') throw error;
      return measure(recipe);
    };
    const fit = await fitRecipe({ recipes, measure: failing(new UserError('no kernel')), fits: under(60) });
    expect(fit.refused.map(({ recipe, reason }) => [recipeText(recipe), reason])).toEqual([['lossless', 'no kernel']]);
    await expect(fitRecipe({ recipes, measure: failing(new Error('bug')), fits: under(60) })).rejects.toThrow('bug');
  });
});

describe('paretoFront', () => {
  it('leaves out what another one beats', () => {
    const all = [...results.values()].map((values) => measurement(...values));
    expect(paretoFront(all)).toEqual([true, false, true, true]);
  });

  it('is never empty and nothing on it is beaten', () => {
    const value = fc.integer({ min: 0, max: 4 });
    fc.assert(
      fc.property(fc.array(fc.tuple(value, value, value), { minLength: 1, maxLength: 12 }), (rows) => {
        const front = paretoFront(rows.map(([ram, flash, accuracy]) => measurement(ram, flash, accuracy / 4)));
        expect(front).toContain(true);
        rows.forEach(([ram, flash, accuracy], index) => {
          const beaten = rows.some(
            ([r, f, a]) => r <= ram && f <= flash && a >= accuracy && (r < ram || f < flash || a > accuracy),
          );
          expect(front[index]).toBe(!beaten);
        });
      }),
    );
  });
});
