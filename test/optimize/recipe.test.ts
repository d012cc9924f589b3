import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { UserError } from '../../src/errors.ts';
import { parseRecipe, recipeText } from '../../src/optimize/recipe.ts';

describe('a recipe', () => {
  test.each([
    ['auto', { numbers: 'auto' }],
    ['none', { numbers: 'none' }],
    [
      'lossless=plan-memory,remove-dead-channels',
      { numbers: 'lossless', passes: ['plan-memory', 'remove-dead-channels'] },
    ],
    ['int8+observer=entropy+levers=none', { numbers: 'int8', observer: 'entropy', levers: 'none' }],
    ['int8+mixed=30dB', { numbers: 'int8', leastDecibels: 30 }],
    ['int16x8 + prune-channels=12.5%', { numbers: 'int16x8', pruneChannels: 0.125 }],
    [
      'int8+prune-weights=50%+cluster=4bit+encode',
      { numbers: 'int8', pruneWeights: 0.5, clusterBits: 4, encode: true },
    ],
    ['int8+prune-channels=30%+prune-by=batch-norm', { numbers: 'int8', pruneChannels: 0.3, pruneBy: 'batch-norm' }],
    ['int8+cluster=30dB+cluster-per=tensor', { numbers: 'int8', clusterDecibels: 30, clusterPer: 'tensor' }],
  ])('%s', (text, recipe) => {
    expect(parseRecipe(text)).toEqual(recipe);
  });

  test.each([
    ['int4', '"int4" is not a recipe; did you mean "int8"?'],
    ['int8=4', 'recipe "int8" takes no value'],
    ['none+encode', 'recipe "none" takes no steps: it ships what is committed'],
    ['int8+cluser=4bit', '"cluser" is not a step of a recipe; did you mean "cluster"?'],
    ['int8+cluster=9bit', 'step "cluster" takes 1bit to 7bit, or decibels that the outputs keep, as in "=30dB"'],
    ['int8+prune-by=l1', 'step "prune-by" goes with "prune-channels"'],
    ['int8+cluster-per=tensor', 'step "cluster-per" goes with "cluster"'],
    ['int8+prune-channels=30%+prune-by=luck', 'step "prune-by" takes one of l1, l2, batch-norm, activation'],
    ['int8+prune-channels=30', 'step "prune-channels" takes a share between 0% and 100%, as in "=30%"'],
    ['int8+prune-channels=100%', 'step "prune-channels" takes a share between 0% and 100%, as in "=30%"'],
    ['int8+mixed=30', 'step "mixed" takes decibels that the outputs keep, as in "=30dB"'],
    ['int8+encode=yes', 'step "encode" takes no value'],
    [
      'int8+toString',
      '"toString" is not a step of a recipe; known are observer, levers, mixed, prune-channels, prune-by, prune-weights, cluster, cluster-per, encode',
    ],
  ])('%s is refused', (text, message) => {
    expect(() => parseRecipe(text)).toThrow(new UserError(message));
  });

  it('is written as it is read', () => {
    const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
    const share = optional(fc.integer({ min: 1, max: 999 }).map((thousandths) => thousandths / 1000));
    const recipes = fc.record({
      numbers: fc.constantFrom('auto', 'lossless', 'int8', 'int16x8'),
      observer: optional(fc.constantFrom('min-max', 'entropy')),
      pruneChannels: share,
      pruneWeights: share,
      clusterBits: optional(fc.integer({ min: 1, max: 7 })),
      encode: optional(fc.constant(true)),
    });
    const additions = fc.record({
      pruneBy: optional(fc.constantFrom('l1', 'l2', 'batch-norm', 'activation')),
      clusterPer: optional(fc.constantFrom('tensor', 'channel')),
    });
    fc.assert(
      fc.property(recipes, additions, (given, { pruneBy, clusterPer }) => {
        const all = {
          ...given,
          pruneBy: given.pruneChannels === undefined ? undefined : pruneBy,
          clusterPer: given.clusterBits === undefined ? undefined : clusterPer,
        };
        const recipe = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
        expect(parseRecipe(recipeText(recipe as never))).toEqual(recipe);
      }),
    );
  });
});
