/** A value and how much it counts. */
export interface Point {
  readonly value: number;
  readonly weight: number;
}

/** Centres of clusters, ascending. */
export interface Clusters {
  readonly centres: readonly number[];
  /** The weighted sum of squared distances of the points to their centres. */
  readonly error: number;
}

/**
 * The `count` centres with the smallest weighted sum of squared distances: k-means in one dimension has a best solution, found by dynamic programming
 * over the first so many points and clusters (Wang and Song, Ckmeans.1d.dp, The R Journal 3/2, 2011). The same points give the same centres everywhere.
 * Time grows with `count` times the square of the points. `points` ascend and differ; with `isWhole` centres are whole numbers.
 */
export function optimalClusters(points: readonly Point[], count: number, isWhole: boolean): Clusters {
  const { length } = points;
  if (length <= count) return { centres: points.map(({ value }) => value), error: 0 };
  const weights = sums(points, ({ weight }) => weight);
  const values = sums(points, ({ value, weight }) => weight * value);
  const squares = sums(points, ({ value, weight }) => weight * value * value);
  const centreOf = (from: number, to: number): number => {
    const weight = at(weights, to) - at(weights, from);
    const mean = weight === 0 ? (points[from]?.value ?? 0) : (at(values, to) - at(values, from)) / weight;
    return isWhole ? Math.round(mean) : mean;
  };
  const errorOf = (from: number, to: number): number => {
    const centre = centreOf(from, to);
    const linear = at(values, to) - at(values, from);
    const square = at(squares, to) - at(squares, from);
    return square - 2 * centre * linear + centre * centre * (at(weights, to) - at(weights, from));
  };
  let errors = Float64Array.from({ length: length + 1 }, (_, to) => (to === 0 ? 0 : errorOf(0, to)));
  const starts: Int32Array[] = [new Int32Array(length + 1)];
  for (let clusters = 2; clusters <= count; clusters++) {
    const next = new Float64Array(length + 1).fill(Number.POSITIVE_INFINITY);
    const start = new Int32Array(length + 1);
    for (let to = clusters; to <= length; to++) {
      for (let from = to - 1; from >= clusters - 1; from--) {
        const own = errorOf(from, to);
        const error = at(errors, from) + own;
        if (error < at(next, to)) {
          next[to] = error;
          start[to] = from;
        }
        // A longer last cluster only has more error of its own.
        if (own >= at(next, to)) break;
      }
    }
    errors = next;
    starts.push(start);
  }
  const centres: number[] = [];
  let to = length;
  for (let clusters = count; clusters >= 1; clusters--) {
    const from = starts[clusters - 1]?.[to] ?? 0;
    centres.unshift(centreOf(from, to));
    to = from;
  }
  return { centres: [...new Set(centres)], error: Math.max(0, at(errors, length)) };
}

/** Running sums, the first of none. */
function sums(points: readonly Point[], term: (point: Point) => number): Float64Array {
  const running = new Float64Array(points.length + 1);
  points.forEach((point, index) => {
    running[index + 1] = at(running, index) + term(point);
  });
  return running;
}

function at(numbers: ArrayLike<number>, index: number): number {
  return numbers[index] ?? 0;
}
