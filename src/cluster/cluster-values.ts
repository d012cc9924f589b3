import { optimalClusters, type Point } from './optimal-clusters.ts';

/** Points up to which the best clusters are searched; more are taken together in groups of equal size first. */
const pointsLimit = 512;
/** Rounds in which centres found for groups are moved to the means of what is nearest to them. */
const refiningRounds = 16;
/** From this share of zeros on zero stays zero: sparse weights stay sparse. */
const sparseShare = 0.1;

/**
 * At most `count` values that stand for all of `values`, ascending, with a small weighted squared error. Zeros stay zeros where a tenth of the values are.
 * `weightOf` says how much the value at a position counts; with `isWhole` centres are whole numbers.
 */
export function clusterCentres(
  values: ArrayLike<number>,
  weightOf: (index: number) => number,
  count: number,
  isWhole: boolean,
): readonly number[] {
  const weights = new Map<number, number>();
  let zeros = 0;
  for (let index = 0; index < values.length; index++) {
    const value = values[index] || 0;
    if (value === 0) zeros++;
    weights.set(value, (weights.get(value) ?? 0) + weightOf(index));
  }
  if (weights.size <= count) return [...weights.keys()].sort((a, b) => a - b);
  const keepsZero = zeros >= sparseShare * values.length;
  if (keepsZero) weights.delete(0);
  const points = [...weights].map(([value, weight]): Point => ({ value, weight })).sort((a, b) => a.value - b.value);
  const wanted = count - Number(keepsZero);
  const { centres } = optimalClusters(grouped(points), wanted, isWhole);
  const refined = points.length <= pointsLimit ? centres : refine(points, centres);
  return keepsZero ? [...new Set([...refined, 0])].sort((a, b) => a - b) : refined;
}

/** The nearest of ascending centres; the smaller one of two that are equally near. */
export function nearest(centres: readonly number[], value: number): number {
  let [low, high] = [0, centres.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    const boundary = ((centres[middle] ?? 0) + (centres[middle + 1] ?? 0)) / 2;
    if (value <= boundary) high = middle;
    else low = middle + 1;
  }
  return centres[low] ?? 0;
}

/** Neighbours taken together, each group a point at its mean. */
function grouped(points: readonly Point[]): readonly Point[] {
  if (points.length <= pointsLimit) return points;
  const each = Math.ceil(points.length / pointsLimit);
  const groups: Point[] = [];
  for (let start = 0; start < points.length; start += each) {
    const group = points.slice(start, start + each);
    const weight = group.reduce((sum, point) => sum + point.weight, 0);
    const sum = group.reduce((total, point) => total + point.weight * point.value, 0);
    groups.push({ value: weight === 0 ? (group[0]?.value ?? 0) : sum / weight, weight });
  }
  return groups;
}

function refine(points: readonly Point[], start: readonly number[]): readonly number[] {
  let centres = start;
  for (let round = 0; round < refiningRounds; round++) {
    const totals = new Map(centres.map((centre) => [centre, { weight: 0, sum: 0 }]));
    for (const { value, weight } of points) {
      const total = totals.get(nearest(centres, value));
      if (total === undefined) continue;
      total.weight += weight;
      total.sum += weight * value;
    }
    const next = [...totals].map(([centre, { weight, sum }]) => (weight === 0 ? centre : sum / weight));
    if (next.every((centre, index) => centre === centres[index])) break;
    centres = [...new Set(next)].sort((a, b) => a - b);
  }
  return centres;
}
