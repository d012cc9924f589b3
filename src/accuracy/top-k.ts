/**
 * True when `label` is among the `k` highest of a model's outputs; among equals the lower index is higher, as NumPy's argmax has it.
 * One output alone is the probability of class 1, and class 0 is what is left (0.5 divides them). NaN is never right.
 */
export function isAmongHighest(outputs: ArrayLike<number | bigint>, label: number, k: number): boolean {
  if (outputs.length === 1) return (Number(outputs[0]) > 0.5 ? 1 : 0) === label;
  const own = Number(outputs[label]);
  if (Number.isNaN(own)) return false;
  let higher = 0;
  for (let index = 0; index < outputs.length; index += 1) {
    const other = Number(outputs[index]);
    if (other > own || (other === own && index < label) || Number.isNaN(other)) higher += 1;
  }
  return higher < k;
}

/** The class that a model finds most likely: the lowest index of the highest output; of a single output 0 or 1. NaN is never chosen over a number. */
export function mostLikely(outputs: ArrayLike<number | bigint>): number {
  if (outputs.length === 1) return Number(outputs[0]) > 0.5 ? 1 : 0;
  let [best, highest] = [0, Number.NEGATIVE_INFINITY];
  for (let index = 0; index < outputs.length; index += 1) {
    const value = Number(outputs[index]);
    if (value > highest) [best, highest] = [index, value];
  }
  return best;
}
