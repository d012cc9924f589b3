import type { Progress } from '../../basics/progress.ts';
import type { Range } from '../../calibrate/range.ts';
import type { DataSet } from '../../data/data-set.ts';
import { isConstant, tensorAt } from '../../graph/access.ts';
import type { Graph, TensorId } from '../../graph/graph.ts';
import { openInterpreter } from '../../kernels/run-graph.ts';
import type { TypedArray } from '../../kernels/values.ts';
import { addSample, decibelsOf, newNoise, noiseShare, rankedRows, type SensitivityRow } from '../sensitivity.ts';
import { floatRuns, numbersOf, type Run } from './float-runs.ts';
import { type Plan, planIntegers } from './plan.ts';
import { quantizeTflite } from './quantize-tflite.ts';
import { rangeFinder } from './ranges.ts';
import { type Precision, precisionOf } from './rules.ts';

export interface SensitivityOptions {
  /** Samples to use at most, the first of the set; 8 by default, fewer for models with large tensors. */
  readonly samples?: number;
  readonly progress?: Progress;
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
  const runs = await floatRuns(graph, watched, data, options.samples);
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
