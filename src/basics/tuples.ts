/** True of a list of two. */
export function isPair<T>(list: readonly T[]): list is readonly [T, T] {
  return list.length === 2;
}

/** True of a list of four. */
export function isFour<T>(list: readonly T[]): list is readonly [T, T, T, T] {
  return list.length === 4;
}
