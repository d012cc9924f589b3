import { makeRandom } from '../../src/basics/random.ts';

/** Choices that a seed decides. */
export interface Random {
  /** A whole number from 0, below `bound`. */
  readonly below: (bound: number) => number;
  readonly chance: (outOf: number) => boolean;
  readonly pick: <T>(items: readonly [T, ...T[]] | readonly T[]) => T;
}

/** The choices of one case: nothing of it depends on which cases ran before. */
export function randomOf(seed: number, name: string, index: number): Random {
  let hash = 0x811c9dc5 ^ seed;
  for (const character of `${name} ${index}`) hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  hash = Math.imul(hash ^ (hash >>> 12), 0x297a2d39);
  const below = makeRandom(hash ^ (hash >>> 15));
  // Neighbouring states of xorshift begin alike.
  for (let warm = 0; warm < 8; warm++) below(2);
  return {
    below,
    chance: (outOf) => below(outOf) === 0,
    pick: (items) => {
      if (items.length === 0) throw new RangeError('nothing to pick from');
      return items[below(items.length)] as (typeof items)[number];
    },
  };
}
