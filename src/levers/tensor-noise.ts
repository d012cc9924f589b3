import { openFloatRunner } from '../calibrate/open-float-runner.ts';
import type { Range } from '../calibrate/range.ts';
import type { DataSet } from '../data/data-set.ts';
import { elementCount, isConstant, tensorAt } from '../graph/access.ts';
import type { Graph, TensorId } from '../graph/graph.ts';
import { representedRange } from '../quantize/integer-parameters.ts';
import { spreadSamples } from './layer-statistics.ts';
import { openQuantized } from './open-quantized.ts';

/** Enough to see which operator loses most, of small models; of large ones fewer, down to `fewest`: each has many elements. */
const samples = 8;
const fewest = 3;
const enoughElements = 24e6;

const squashing = /^(SOFTMAX|LOGISTIC|TANH)$/;

/** Elements of all watched tensors at most; a model with more is not looked into, to keep memory small. */
const mostElements = 8_000_000;

/**
 * How near each operator's result in an integer graph comes to the float graph that it was made of, in decibels: `10·log10(Σ float² / Σ (float − integer)²)` over a few samples,
 * by the name of the tensor. All that was lost up to it is in it. Tensors whose name is not the same and only one in both graphs are left out, as is what is equal to the bit.
 * What only a softmax, sigmoid or tanh reads counts as far as the integers reach: farther than that makes no difference there (`narrowSquashed`).
 * @throws UserError when the samples do not fit the model, OnnxRuntimeError when ONNX Runtime does not load it
 */
export async function tensorNoise(float: Graph, integer: Graph, data: DataSet): Promise<ReadonlyMap<string, number>> {
  const inInteger = computedByName(integer);
  const pairs = [...computedByName(float)].flatMap(([name, id]) => {
    const other = inInteger.get(name);
    return other === undefined || tensorAt(float, id).dtype !== 'float32' ? [] : [{ name, id, other }];
  });
  const elements = pairs.reduce((sum, { id }) => sum + (elementCount(tensorAt(float, id)) ?? 0), 0);
  if (pairs.length === 0 || elements > mostElements) return new Map();
  const ids = pairs.map(({ id }) => id);
  const reference = await openFloatRunner(float, ids, data.path);
  try {
    const tested = await openQuantized(
      integer,
      pairs.map(({ other }) => other),
    );
    const sums = pairs.map(() => ({ signal: 0, noise: 0 }));
    const limits = pairs.map(({ other }) => limitsIn(integer, other));
    try {
      const enough = Math.min(samples, Math.max(fewest, Math.floor(enoughElements / elements)));
      for (const index of spreadSamples({ data, samples: enough })) {
        const sample = await data.sample(index);
        const wanted = await reference.run(sample);
        const given = await tested.run(sample);
        pairs.forEach(({ id, other }, pair) => {
          addTo(sums[pair], wanted.get(id), given.get(other), limits[pair]);
        });
      }
    } finally {
      await tested.close();
    }
    return new Map(
      pairs.flatMap(({ name }, pair) => {
        const { signal, noise } = sums[pair] ?? { signal: 0, noise: 0 };
        return signal === 0 || noise === 0 ? [] : [[name, 10 * Math.log10(signal / noise)] as const];
      }),
    );
  } finally {
    await reference.close();
  }
}

function addTo(
  sums: { signal: number; noise: number } | undefined,
  wanted: Float32Array | undefined,
  given: Float32Array | undefined,
  { min, max }: Range = { min: Number.NEGATIVE_INFINITY, max: Number.POSITIVE_INFINITY },
): void {
  if (sums === undefined || wanted === undefined || given === undefined || wanted.length !== given.length) return;
  for (let index = 0; index < wanted.length; index += 1) {
    const value = Math.max(min, Math.min(max, wanted[index] as number));
    sums.signal += value * value;
    sums.noise += (value - (given[index] as number)) ** 2;
  }
}

/** The real numbers that int8 reach which only operators that squash them read; `undefined` for what others see. */
function limitsIn(graph: Graph, id: TensorId): Range | undefined {
  const { dtype, quantization } = tensorAt(graph, id);
  const [scale, zeroPoint] = [quantization?.scale[0], quantization?.zeroPoint[0]];
  if (dtype !== 'int8' || scale === undefined || zeroPoint === undefined || graph.outputs.includes(id))
    return undefined;
  const isSquashed = graph.operators.every(({ type, inputs }) => !inputs.includes(id) || squashing.test(type));
  return isSquashed ? representedRange({ scale, zeroPoint }) : undefined;
}

/** What operators make, by name; names that are empty or stand twice are no names. */
function computedByName(graph: Graph): ReadonlyMap<string, TensorId> {
  const named = new Map<string, TensorId>();
  const repeated = new Set<string>();
  for (const { outputs } of graph.operators) {
    for (const id of outputs) {
      if (id === null) continue;
      const tensor = tensorAt(graph, id);
      if (tensor.name === '' || isConstant(tensor)) continue;
      if (named.has(tensor.name)) repeated.add(tensor.name);
      named.set(tensor.name, id);
    }
  }
  for (const name of repeated) named.delete(name);
  return named;
}
