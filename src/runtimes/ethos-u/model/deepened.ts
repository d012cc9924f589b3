import { elementsOf, type Volume } from './npu-operation.ts';

/** Volumes of at least so many channels, or of no more elements, stay as they are. */
const deepEnough = 8;
const small = 16;
const wanted = 16;

/** Whether Vela folds a volume for an operation that goes element by element. */
export const isShallow = (volume: Volume): boolean => volume.c < deepEnough && elementsOf(volume) > small;

/** The same elements with 16 channels or somewhat more, the rest nearly square: what Vela makes of a shallow volume before an operation that goes element by element (`ReshapeToIncreaseDepth` of its compilation core). */
export function deepened(volume: Volume): Volume {
  if (!isShallow(volume)) return volume;
  const factors = primeFactors(elementsOf(volume));
  let taken = 0;
  let c = 1;
  for (; taken < factors.length && c < wanted; taken += 1) c *= factors[taken] ?? 1;
  let [h, w] = [1, 1];
  for (const factor of factors.slice(taken)) {
    if (w < h) w *= factor;
    else h *= factor;
  }
  return { h: Math.max(h, w), w: Math.min(h, w), c };
}

/** Smallest first. */
function primeFactors(value: number): readonly number[] {
  const factors: number[] = [];
  let rest = value;
  for (let factor = 2; factor * factor <= rest; factor += 1) {
    for (; rest % factor === 0; rest /= factor) factors.push(factor);
  }
  return rest > 1 ? [...factors, rest] : factors;
}
