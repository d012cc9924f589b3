import type { Measurement } from '../measurement/measurement.ts';
import { type Recipe, recipeText } from '../optimize/recipe.ts';
import type { Attempt } from './comparison.ts';

/** A recipe that was tried, and what came of it. */
interface TriedMeasurement {
  readonly recipe: Recipe;
  readonly fits: boolean;
  readonly measured: { readonly measurement: Measurement };
}

/** What was tried in looking for a recipe, as a comparison holds it. */
export function attemptOf({ recipe, fits, measured: { measurement } }: TriedMeasurement): Attempt {
  const { peakRam, flash, latency, energy, accuracy } = measurement;
  return {
    recipe: recipeText(recipe),
    passes: fits,
    peakRam: peakRam?.value ?? null,
    flash: flash?.value ?? null,
    latency: latency?.value ?? null,
    energy: energy?.value ?? null,
    accuracy: accuracy?.value ?? null,
  };
}
