/** What is needed to round the weights of one output channel. */
export interface Rounding {
  /** Weights in steps of the grid: rounding makes them integers. */
  readonly steps: Float64Array;
  /** Index of the weight that keeps its nearest integer, because it decides the scale; -1 for none. */
  readonly pinned: number;
}

/** A symmetric matrix of second moments, ready for rounding. */
export interface PreparedMoments {
  readonly length: number;
  /** Row-major, with a little of the mean of the diagonal added to it. */
  readonly matrix: Float64Array;
  /** The order in which weights are changed. */
  readonly order: Uint32Array;
  /** Strictly upper triangular by that order, row-major: how much of the error of an earlier weight a later one takes over. */
  readonly feedback: Float64Array;
}

/** Share of the diagonal's mean that is added to it, as GPTQ does: columns that calibration hardly saw would else be free to go anywhere. */
const ridge = 0.01;
const largest = 127;
const sweeps = 20;

/**
 * Factors moments `H = (U + 1)·D·(U + 1)ᵀ`, U strictly upper triangular in the rounding order: its columns say how to carry errors on (Chee et al. 2023, "QuIP", who show
 * that this is what GPTQ computes by way of the inverse).
 * @param first which columns come first: their errors can still be made up for by all the others
 */
export function prepareMoments(
  moments: Float64Array,
  length: number,
  first: 'most' | 'least' = 'most',
): PreparedMoments {
  const matrix = Float64Array.from(moments);
  let trace = 0;
  for (let at = 0; at < length; at += 1) trace += matrix[at * length + at] as number;
  const added = (ridge * trace) / length || 1;
  for (let at = 0; at < length; at += 1) (matrix[at * length + at] as number) += added;
  const diagonal = (at: number): number => matrix[at * length + at] as number;
  const sign = first === 'most' ? -1 : 1;
  const order = Uint32Array.from({ length }, (_, at) => at).sort((a, b) => sign * (diagonal(a) - diagonal(b)) || a - b);
  const feedback = new Float64Array(length * length);
  for (let row = 0; row < length; row += 1) {
    for (let column = row; column < length; column += 1) {
      feedback[row * length + column] = matrix[(order[row] as number) * length + (order[column] as number)] as number;
    }
  }
  /** The pivot's column, D·U: read again and again, so together and not a row apart. */
  const explained = new Float64Array(length);
  for (let pivot = length - 1; pivot >= 0; pivot -= 1) {
    const weight = feedback[pivot * length + pivot] as number;
    for (let row = 0; row < pivot; row += 1) explained[row] = feedback[row * length + pivot] as number;
    for (let row = 0; row < pivot; row += 1) {
      const share = (explained[row] as number) / weight;
      feedback[row * length + pivot] = share;
      if (share === 0) continue;
      // The rest of the matrix without what this column explains.
      for (let column = row, at = row * length + row; column < pivot; column += 1, at += 1) {
        (feedback[at] as number) -= share * (explained[column] as number);
      }
    }
  }
  return { length, matrix, order, feedback };
}

/**
 * Integers in ±127 for the weights of an output channel such that the error of what it computes, `eᵀ·H·e` with `e = steps - integers`, is small: weights are rounded one by one,
 * each taking over what the errors before it ask for; then single weights are moved as long as that helps. Never worse than rounding to the nearest.
 */
export function roundOnMoments(moments: PreparedMoments, rounding: Rounding): Int8Array {
  const nearest = Int8Array.from(rounding.steps, toInteger);
  const [one, other] = [carried(moments, rounding), nearest].map((start) => improved(moments, rounding, start));
  if (one === undefined || other === undefined) return nearest;
  return one.error <= other.error ? one.integers : other.integers;
}

const toInteger = (value: number): number => Math.max(-largest, Math.min(largest, Math.round(value)));

function carried({ length, order, feedback }: PreparedMoments, { steps, pinned }: Rounding): Int8Array {
  const integers = new Int8Array(length);
  const asked = new Float64Array(length);
  for (let at = 0; at < length; at += 1) {
    const index = order[at] as number;
    const step = steps[index] as number;
    const integer = toInteger(index === pinned ? step : step + (asked[at] as number));
    integers[index] = integer;
    const error = step - integer;
    if (error === 0) continue;
    for (let later = at + 1, from = at * length + later; later < length; later += 1, from += 1) {
      (asked[later] as number) += error * (feedback[from] as number);
    }
  }
  return integers;
}

/** A symmetric matrix times a vector. Four rows are added in one walk over the sums, one after the other. */
function times(matrix: Float64Array, vector: Float64Array): Float64Array {
  const { length } = vector;
  const sums = new Float64Array(length);
  let row = 0;
  for (; row + 4 <= length; row += 4) {
    const [a = 0, b = 0, c = 0, d = 0] = vector.subarray(row, row + 4);
    const [atA, atB, atC, atD] = [row * length, (row + 1) * length, (row + 2) * length, (row + 3) * length];
    for (let column = 0; column < length; column += 1) {
      let sum = sums[column] as number;
      sum += a * (matrix[atA + column] as number);
      sum += b * (matrix[atB + column] as number);
      sum += c * (matrix[atC + column] as number);
      sums[column] = sum + d * (matrix[atD + column] as number);
    }
  }
  for (; row < length; row += 1) {
    const factor = vector[row] as number;
    for (let column = 0, at = row * length; column < length; column += 1, at += 1) {
      (sums[column] as number) += factor * (matrix[at] as number);
    }
  }
  return sums;
}

/** Moves single weights to the integer that is best as the others are, round after round. */
function improved(
  { length, matrix }: PreparedMoments,
  { steps, pinned }: Rounding,
  start: Int8Array,
): { readonly integers: Int8Array; readonly error: number } {
  const integers = start.slice();
  const slope = times(
    matrix,
    steps.map((step, at) => step - (integers[at] as number)),
  );
  for (let sweep = 0; sweep < sweeps; sweep += 1) {
    let isMoved = false;
    for (let index = 0; index < length; index += 1) {
      if (index === pinned) continue;
      const before = integers[index] as number;
      const weight = matrix[index * length + index] as number;
      const after = toInteger(before + Math.round((slope[index] as number) / weight));
      const move = after - before;
      // Only what gains something, so that it ends.
      if (move === 0 || move * move * weight - 2 * move * (slope[index] as number) > -1e-9 * weight) continue;
      integers[index] = after;
      isMoved = true;
      for (let column = 0, at = index * length; column < length; column += 1, at += 1) {
        (slope[column] as number) -= move * (matrix[at] as number);
      }
    }
    if (!isMoved) break;
  }
  const error = slope.reduce((sum, value, at) => sum + value * ((steps[at] as number) - (integers[at] as number)), 0);
  return { integers, error };
}
