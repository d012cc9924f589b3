import { isFinal, type Model } from '../optimize/model.ts';
import type { AppliedRecipe } from '../optimize/recipe.ts';
import { isQuantized } from '../quantize/is-quantized.ts';
import { runtimeOf } from '../runtimes/registry.ts';
import type { Target } from '../targets/target.ts';

/** Shares of the channels that are tried, fewest first. */
const prunedShares = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7];
/** Shares of zeros that are tried where the format stores them smaller. */
const sparsities = [0.3, 0.5, 0.7];
/** What the outputs are to keep above the noise where int8 alone may lose too much. */
const mixedDecibels = 30;
/** Bits of clustered weights that are tried; below 4 few networks keep their accuracy without training. */
const clusterBits = [6, 5, 4] as const;

/**
 * The recipes that may bring a model under its budgets, those that take least from it first: what is lossless, integers, weights that share values or are zero, fewer channels.
 * Weights that share values or are zero save flash where the device decodes them: TensorFlow Lite Micro's kernels, and Ethos-U, whose compiler encodes all weights.
 */
export function candidateRecipes(model: Model, target: Target): readonly AppliedRecipe[] {
  if (isFinal(model)) return [];
  const decodes = target.runtime === 'tflm';
  const storing = (recipe: AppliedRecipe): readonly AppliedRecipe[] => {
    const clustered = clusterBits.map((bits) => ({ ...recipe, clusterBits: bits }));
    if (decodes) return [{ ...recipe, encode: true }, ...clustered.map((each) => ({ ...each, encode: true as const }))];
    return target.runtime === 'ethos-u' ? clustered : [];
  };
  const lossless: AppliedRecipe = { numbers: 'lossless' };
  if (isQuantized(model.graph)) return [lossless, ...storing(lossless)];
  const int8: AppliedRecipe = { numbers: 'int8' };
  const runsFloat = !runtimeOf(target.runtime).loads.includes('tflite');
  return [
    lossless,
    ...(runsFloat ? [] : [{ numbers: 'int16x8' } as const]),
    int8,
    ...(runsFloat ? [] : [{ ...int8, leastDecibels: mixedDecibels }]),
    ...storing(int8),
    ...(storing(int8).length === 0
      ? []
      : sparsities.map((pruneWeights) => ({ ...int8, pruneWeights, ...(decodes ? { encode: true as const } : {}) }))),
    ...prunedShares.map((pruneChannels) => ({ ...int8, pruneChannels })),
    // Where floats are as fast as integers, or faster, fewer channels are all there is to gain.
    ...(runsFloat ? prunedShares.map((pruneChannels) => ({ ...lossless, pruneChannels })) : []),
    ...(decodes
      ? prunedShares.map((pruneChannels) => ({ ...int8, pruneChannels, clusterBits: 4, encode: true as const }))
      : []),
  ];
}
