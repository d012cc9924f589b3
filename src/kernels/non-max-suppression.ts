/** When a box is too weak, and when two are too much the same. */
export interface Suppression {
  readonly leastScore: number;
  /** Of the intersection over the union. */
  readonly mostOverlap: number;
}

/** Indices by decreasing value, equal ones in their order. */
export function decreasing(values: ArrayLike<number>): number[] {
  return Array.from(values, (_, index) => index).sort((a, b) => (values[b] as number) - (values[a] as number) || a - b);
}

/**
 * The boxes that stay, the best first: each takes out the weaker ones that overlap it.
 * @param boxes corners (ymin, xmin, ymax, xmax) of each
 * @param most how many may stay
 */
export function suppress(boxes: Float32Array, scores: Float32Array, most: number, rule: Suppression): number[] {
  const strong = Array.from(scores, (_, index) => index).filter(
    (index) => (scores[index] as number) >= rule.leastScore,
  );
  let candidates = decreasing(strong.map((index) => scores[index] as number)).map((index) => strong[index] as number);
  const kept: number[] = [];
  while (kept.length < most) {
    const [best, ...others] = candidates;
    if (best === undefined) break;
    kept.push(best);
    candidates = others.filter((other) => !(overlap(boxes, best, other) > rule.mostOverlap));
  }
  return kept;
}

const f = Math.fround;

/** The intersection of two boxes over their union, in single precision; 0 where one has no area. */
export function overlap(boxes: Float32Array, a: number, b: number): number {
  const [top = 0, left = 0, bottom = 0, right = 0] = boxes.subarray(4 * a, 4 * a + 4);
  const [otherTop = 0, otherLeft = 0, otherBottom = 0, otherRight = 0] = boxes.subarray(4 * b, 4 * b + 4);
  const area = f(f(bottom - top) * f(right - left));
  const otherArea = f(f(otherBottom - otherTop) * f(otherRight - otherLeft));
  if (area <= 0 || otherArea <= 0) return 0;
  const height = Math.max(f(Math.min(bottom, otherBottom) - Math.max(top, otherTop)), 0);
  const width = Math.max(f(Math.min(right, otherRight) - Math.max(left, otherLeft)), 0);
  const shared = f(height * width);
  return f(shared / f(f(area + otherArea) - shared));
}
