/** How one axis of an image is sampled anew, in ONNX's words (Resize, onnx/defs/tensor/defs.cc). */
export interface Sampling {
  readonly inputs: number;
  readonly outputs: number;
  /** Outputs per input; not their exact ratio where the model states scales. */
  readonly scale: number;
  /** `coordinate_transformation_mode`. */
  readonly transformation: string;
  /** `nearest_mode`. */
  readonly rounding: string;
}

const f = Math.fround;

/** The input coordinate that an output pixel lies at, in single precision as ONNX Runtime computes it. */
export function coordinates({ inputs, outputs, scale, transformation }: Sampling, place: number): number {
  switch (transformation) {
    case 'asymmetric':
      return f(place / f(scale));
    case 'align_corners':
      return outputs === 1 ? 0 : f((place * (inputs - 1)) / (outputs - 1));
    case 'pytorch_half_pixel':
      return outputs > 1 ? f(f((place + 0.5) / f(scale)) - 0.5) : 0;
    case 'tf_half_pixel_for_nn':
      return f((place + 0.5) / f(scale));
    case 'half_pixel_symmetric': {
      const adjustment = outputs / (scale * inputs);
      const offset = (inputs / 2) * (1 - adjustment);
      return f(offset + f((place + 0.5) / f(scale)) - 0.5);
    }
    default:
      return f(f((place + 0.5) / f(scale)) - 0.5);
  }
}

/** The input pixel nearest to an output pixel. */
export function nearestPlace(axis: Sampling, place: number): number {
  const at = axis.inputs === axis.outputs && axis.scale === 1 ? place : coordinates(axis, place);
  return Math.min(Math.max(rounded(at, axis.rounding), 0), axis.inputs - 1);
}

function rounded(value: number, rounding: string): number {
  switch (rounding) {
    case 'floor':
      return Math.floor(value);
    case 'ceil':
      return Math.ceil(value);
    case 'round_prefer_ceil':
      return Math.floor(value + 0.5);
    default:
      return Math.ceil(value - 0.5);
  }
}

/** The weight of every input pixel in an output pixel, linear between the two beside it. */
export function linearRow(axis: Sampling, place: number): number[] {
  const row = new Array<number>(axis.inputs).fill(0);
  const at = Math.min(Math.max(coordinates(axis, place), 0), axis.inputs - 1);
  const lower = Math.floor(at);
  const upper = Math.min(lower + 1, axis.inputs - 1);
  row[lower] = (row[lower] ?? 0) + 1 - (at - lower);
  row[upper] = (row[upper] ?? 0) + at - lower;
  return row;
}

/** The same by cubic convolution of the four around it (Keys, 1981); pixels outside are those at the edge, or left out. */
export function cubicRow(axis: Sampling, place: number, a: number, excludesOutside: boolean): number[] {
  const row = new Array<number>(axis.inputs).fill(0);
  const at = coordinates(axis, place);
  const first = Math.floor(at) - 1;
  let total = 0;
  for (let index = first; index < first + 4; index++) {
    const isOutside = index < 0 || index >= axis.inputs;
    if (isOutside && excludesOutside) continue;
    const weight = keys(Math.abs(at - index), a);
    const pixel = Math.min(Math.max(index, 0), axis.inputs - 1);
    row[pixel] = (row[pixel] ?? 0) + weight;
    total += weight;
  }
  return excludesOutside ? row.map((weight) => weight / total) : row;
}

function keys(distance: number, a: number): number {
  if (distance <= 1) return ((a + 2) * distance - (a + 3)) * distance * distance + 1;
  return distance < 2 ? ((a * distance - 5 * a) * distance + 8 * a) * distance - 4 * a : 0;
}
