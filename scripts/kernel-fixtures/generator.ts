import type { DataType } from '../../src/graph/data-type.ts';

/** A linear congruential generator of 32 bits with the constants of Numerical Recipes. */
export function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state;
  };
}

/** The next integer of a type: the upper 8, 16 or, of wider types, 12 bits of a draw; the upper one of a truth value, 4 of int4. */
export function nextInteger(dtype: DataType, next: () => number): number {
  const state = next();
  if (dtype === 'bool') return state >>> 31;
  if (dtype === 'uint8') return state >>> 24;
  if (dtype === 'int8') return state >> 24;
  if (dtype === 'int4') return state >> 28;
  if (dtype === 'int16') return state >> 16;
  return dtype.startsWith('uint') ? state >>> 20 : state >> 20;
}
