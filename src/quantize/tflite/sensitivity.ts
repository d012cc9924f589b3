import type { Progress } from '../../accuracy/accuracy.ts';
import type { Range } from '../../calibrate/range.ts';
import { bindInputs } from '../../data/bind-inputs.ts';
import type { DataSet } from '../../data/data-set.ts';
import { modelInputs } from '../../data/model-inputs.ts';
import { isConstant, tensorAt, tensorBytes } from '../../graph/access.ts';
import type { Graph, TensorId } from '../../graph/graph.ts';
import { openInterpreter } from '../../kernels/run-graph.ts';
import type { TypedArray } from '../../kernels/values.ts';
import {
  addSample,
  decibelsOf,
  type KeptOperators,
  keepWorst,
  newNoise,
  noiseShare,
  rankedRows,
  type SensitivityRow,
} from '../sensitivity.ts';
import { rangeFinder } from './parameters.ts';
import { type Plan, planIntegers } from './plan.ts';
import { type QuantizeTfliteOptions, quantizeTflite } from './quantize-tflite.ts';
import { type Precision, precisionOf } from './rules.ts';

/** Samples by default: ranks settle with few, as noise is added up over all elements. */
const defaultSamples = 8;
/** Values of inner tensors that are held at once, over all samples. */
const heldBytes = 256 * 2 ** 20;

/** Half the noise power: what int16 must gain to be worth its time. */
const leastGain = 3;

export interface SensitivityOptions {
  /** Samples to use at most, the first of the set; 8 by default, fewer for models with large tensors. */
  readonly samples?: number;
  readonly progress?: Progress;
}

/** Values of a sample: what goes in and comes out, and the tensors that parts of the graph start from. */
interface Run {
  readonly inputs: readonly TypedArray[];
  readonly outputs: readonly TypedArray[];
  readonly values: ReadonlyMap<TensorId, TypedArray>;
}

/**
 * How much noise each operator brings into the outputs when it alone computes in integers, the worst first. Operators that only move data bring none and are left out.
 * Only what depends on an operator is computed again, from values of one float run per sample.
 * @param graph a float TensorFlow Lite graph as `dequantizeWeights` gives it, with the ranges of `observedTensors`
 * @throws UserError when the data set does not fit the model or no kernel runs an operator
 */
export async function sensitivityOf(
  graph: Graph,
  ranges: ReadonlyMap<TensorId, Range>,
  data: DataSet,
  options: SensitivityOptions = {},
): Promise<readonly SensitivityRow[]> {
  const plan = planOf(graph);
  const parts = candidates(plan).map((index) => partFrom(graph, index));
  const watched = [...new Set(parts.flatMap(({ graph: { inputs } }) => inputs))];
  const runs = await floatRuns(graph, watched, data, options.samples ?? defaultSamples);
  // A part begins behind what moves its elements, which is not observed.
  const rangeOf = rangeFinder(graph, plan, ranges);
  const known = new Map(ranges);
  for (const id of watched) {
    const range = rangeOf(id);
    if (range !== undefined && !known.has(id)) known.set(id, range);
  }
  const rows = parts.map((part, position) => {
    const rule = plan.operators.get(part.index)?.rule;
    const operator = graph.operators[part.index];
    const [output] = operator?.outputs ?? [];
    const isWide =
      rule !== undefined && operator !== undefined && precisionOf(graph, operator, rule, 'int16') === 'int16';
    const row = {
      operator: part.index,
      type: operator?.type ?? '',
      name: typeof output === 'number' ? tensorAt(graph, output).name : '',
      int8Decibels: decibelsOfPart(graph, part, known, runs, 'int8'),
      int16Decibels: isWide ? decibelsOfPart(graph, part, known, runs, 'int16') : null,
    };
    options.progress?.(position + 1, parts.length);
    return row;
  });
  return rankedRows(rows);
}

export interface MixOptions extends SensitivityOptions {
  /** What the outputs must reach, in dB. */
  readonly leastDecibels: number;
  /** What the kept operators compute in; int16 by default, but float where int16 gains less than 3 dB: there the noise is that of weights and clipped values. */
  readonly keptAs?: 'int16' | 'float';
  /** How the others are quantised. */
  readonly quantize?: QuantizeTfliteOptions;
}

/** Which operators to keep out of int8, as options of `quantizeTflite`. */
export interface Mix extends KeptOperators {
  readonly options: QuantizeTfliteOptions;
}

/**
 * The fewest of the most sensitive operators that must stay out of int8 for the outputs to reach a limit.
 * @param rows of `sensitivityOf`
 * @throws UserError when the data set does not fit the model or no kernel runs an operator
 */
export async function mixPrecisions(
  graph: Graph,
  ranges: ReadonlyMap<TensorId, Range>,
  data: DataSet,
  rows: readonly SensitivityRow[],
  options: MixOptions,
): Promise<Mix> {
  const { keptAs = 'int16', quantize = {}, leastDecibels } = options;
  const runs = await floatRuns(graph, [], data, options.samples ?? defaultSamples);
  const gains = rows.filter(({ int8Decibels, int16Decibels }) => (int16Decibels ?? 0) >= int8Decibels + leastGain);
  const wide = new Set(gains.map(({ operator }) => operator));
  const optionsFor = (kept: ReadonlySet<number>): QuantizeTfliteOptions => {
    const isInt16 = (index: number) => keptAs === 'int16' && wide.has(index);
    return {
      ...quantize,
      keepInt16: new Set([...(quantize.keepInt16 ?? []), ...[...kept].filter(isInt16)]),
      keepFloat: new Set([...(quantize.keepFloat ?? []), ...[...kept].filter((index) => !isInt16(index))]),
    };
  };
  const found = keepWorst(rows, leastDecibels, (kept) => {
    const integer = quantizeTflite(graph, ranges, { ...optionsFor(kept), ends: 'float' }).graph;
    const interpreter = openInterpreter(integer);
    const noise = newNoise();
    for (const { inputs, outputs } of runs) {
      interpreter.reset();
      addSample(noise, numbersOf(outputs), numbersOf(interpreter.run(inputs)));
    }
    return decibelsOf(noiseShare(noise));
  });
  return { ...found, options: optionsFor(found.kept) };
}

function planOf(graph: Graph): Plan {
  return planIntegers(graph, { activations: 'int8', float: new Map(), int16: new Set(), integerInputs: true });
}

function candidates(plan: Plan): readonly number[] {
  return [...plan.operators].flatMap(([index, { rule }]) =>
    rule.kind === 'moves' || rule.kind === 'reads' ? [] : [index],
  );
}

/** An operator and all that depends on it, as a graph of its own under the same ids; the operator is the first. */
interface Part {
  readonly index: number;
  readonly graph: Graph;
}

function partFrom(graph: Graph, index: number): Part {
  const made = new Set<TensorId>();
  const operators = graph.operators.filter((operator, position) => {
    const isPart =
      position === index || (position > index && operator.inputs.some((id) => id !== null && made.has(id)));
    if (isPart) for (const id of operator.outputs) if (id !== null) made.add(id);
    return isPart;
  });
  const inputs = new Set<TensorId>();
  for (const id of operators.flatMap((operator) => operator.inputs)) {
    if (id === null || made.has(id)) continue;
    const tensor = tensorAt(graph, id);
    if (!isConstant(tensor) && tensor.variable !== true) inputs.add(id);
  }
  const outputs = graph.outputs.filter((id) => made.has(id));
  return { index, graph: { ...graph, operators, inputs: [...inputs], outputs, extras: {} } };
}

function decibelsOfPart(
  graph: Graph,
  part: Part,
  ranges: ReadonlyMap<TensorId, Range>,
  runs: readonly Run[],
  activations: Precision,
): number {
  const others = new Set(part.graph.operators.keys());
  others.delete(0);
  const integer = quantizeTflite(part.graph, ranges, { activations, keepFloat: others, ends: 'float' }).graph;
  const interpreter = openInterpreter(integer);
  const noise = newNoise();
  for (const { values, outputs } of runs) {
    interpreter.reset();
    const results = interpreter.run(part.graph.inputs.map((id) => values.get(id) as TypedArray));
    const found = graph.outputs.map((id, position) => {
      const own = part.graph.outputs.indexOf(id);
      return (own < 0 ? outputs[position] : results[own]) as TypedArray;
    });
    addSample(noise, numbersOf(outputs), numbersOf(found));
  }
  return decibelsOf(noiseShare(noise));
}

/** Runs the float graph on the first samples and keeps copies of the watched tensors. */
async function floatRuns(
  graph: Graph,
  watched: readonly TensorId[],
  data: DataSet,
  samples: number,
): Promise<readonly Run[]> {
  const bytes = watched.reduce((sum, id) => sum + (tensorBytes(tensorAt(graph, id)) ?? 0), 1);
  const count = Math.max(1, Math.min(samples, data.count, Math.floor(heldBytes / bytes)));
  const interpreter = openInterpreter(graph);
  const inputs = modelInputs(graph);
  const runs: Run[] = [];
  for (let index = 0; index < count; index += 1) {
    const bound = bindInputs(await data.sample(index), inputs, data.path);
    const given = inputs.map(({ name }) => (bound[name]?.data as TypedArray).slice());
    interpreter.reset();
    const outputs = interpreter.run(given);
    const values = watched.flatMap((id): readonly (readonly [TensorId, TypedArray])[] => {
      const held = interpreter.valueOf(id)?.values;
      return held === undefined ? [] : [[id, held.slice()]];
    });
    runs.push({ inputs: given, outputs, values: new Map(values) });
  }
  return runs;
}

function numbersOf(outputs: readonly TypedArray[]): readonly ArrayLike<number>[] {
  return outputs.map((values) =>
    values instanceof BigInt64Array || values instanceof BigUint64Array ? Array.from(values, Number) : values,
  );
}
