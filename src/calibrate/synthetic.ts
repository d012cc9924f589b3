import { makeRandom } from '../basics/random.ts';
import type { ModelInput } from '../data/bind-inputs.ts';
import type { DataArray, DataSet, Sample } from '../data/data-set.ts';
import { modelInputs } from '../data/model-inputs.ts';
import type { Graph } from '../graph/graph.ts';

/** Random inputs instead of samples. */
export interface SyntheticDataSet extends DataSet {
  readonly isSynthetic: true;
}

/** True for what `syntheticData` made. */
export function isSynthetic(data: DataSet): data is SyntheticDataSet {
  return 'isSynthetic' in data && data.isSynthetic === true;
}

/** Enough for the extremes of random inputs to settle. */
const samples = 32;

/**
 * Random inputs for a graph of either dialect, the same on every machine: for calibration where there is no data. Floats are normal with mean 0 and
 * standard deviation 1, what most models have their inputs scaled to; integers that stand for real values are any of those that they can stand for; others are 0 or 1, which are
 * indices of any table. Open extents are 1.
 */
export function syntheticData(graph: Graph): SyntheticDataSet {
  const inputs = modelInputs(graph);
  return {
    isSynthetic: true,
    path: 'random inputs',
    sha256: 'synthetic-1',
    count: samples,
    names: inputs.map(({ name }) => name),
    labels: undefined,
    sample: async (index) => sampleOf(inputs, index),
  };
}

function sampleOf(inputs: readonly ModelInput[], index: number): Sample {
  // Spread seeds: xorshift starts slowly from small ones.
  const random = makeRandom(Math.imul(index + 1, 0x9e3779b1));
  const uniform = () => (random(2 ** 24) + 0.5) / 2 ** 24;
  const normal = () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
  return Object.fromEntries(
    inputs.map((input) => [input.name, arrayOf(input, numberOf(input, { normal, uniform, bit: () => random(2) }))]),
  );
}

interface Draws {
  readonly normal: () => number;
  readonly uniform: () => number;
  readonly bit: () => number;
}

function numberOf({ dtype, quantization }: ModelInput, { normal, uniform, bit }: Draws): () => number {
  if (['float32', 'float64', 'float16', 'unknown'].includes(dtype)) return normal;
  const bits = Number(/^u?int(4|8|16)$/.exec(dtype)?.[1]);
  const [scale, zeroPoint = 0] = [quantization?.scale[0], quantization?.zeroPoint[0]];
  if (scale === undefined || !(bits > 0)) return bit;
  const least = dtype.startsWith('u') ? 0 : -(2 ** (bits - 1));
  return () => (least + Math.floor(uniform() * 2 ** bits) - zeroPoint) * scale;
}

function arrayOf({ shape }: ModelInput, draw: () => number): DataArray {
  const extents = shape.map((extent) => (typeof extent === 'number' && extent > 0 ? extent : 1));
  const elements = extents.reduce((product, extent) => product * extent, 1);
  return { dtype: 'float32', shape: extents, data: Float32Array.from({ length: elements }, draw) };
}
