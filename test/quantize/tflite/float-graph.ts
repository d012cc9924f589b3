import { makeRandom } from '../../../src/basics/random.ts';
import type { Range } from '../../../src/calibrate/range.ts';
import type { DataType } from '../../../src/graph/data-type.ts';
import type { Attribute, Graph, Tensor, TensorId } from '../../../src/graph/graph.ts';
import { openInterpreter } from '../../../src/kernels/run-graph.ts';
import { observedTensors } from '../../../src/quantize/tflite/observed.ts';
import { type QuantizeTfliteOptions, quantizeTflite } from '../../../src/quantize/tflite/quantize-tflite.ts';
import { openReal, sqnr } from '../../support/real-outputs.ts';
import { tfliteGraph, tfliteOperator } from '../../support/tflite-models.ts';

export type Attributes = Readonly<Record<string, string | number | boolean | { readonly float: number }>>;

/** A float TensorFlow Lite graph that is written down operator by operator. */
export function floatGraph(seed = 1) {
  const tensors: Tensor[] = [];
  const operators: Graph['operators'][number][] = [];
  const inputs: TensorId[] = [];
  const next = normal(seed);
  const add = (tensor: Tensor): TensorId => tensors.push(tensor) - 1;
  return {
    next,
    input: (shape: readonly number[], dtype: DataType = 'float32'): TensorId => {
      const id = add({ name: `input${inputs.length}`, dtype, shape });
      inputs.push(id);
      return id;
    },
    state: (shape: readonly number[]): TensorId => add({ name: 'state', dtype: 'float32', shape, variable: true }),
    /** Random numbers of about `spread`, or those given. */
    constant: (shape: readonly number[], values: number | readonly number[] = 0.5): TensorId => {
      const length = shape.reduce((product, extent) => product * extent, 1);
      const data =
        typeof values === 'number' ? Float32Array.from({ length }, () => values * next()) : Float32Array.from(values);
      return add({ name: `constant${tensors.length}`, dtype: 'float32', shape, data: new Uint8Array(data.buffer) });
    },
    integers: (values: readonly number[], shape: readonly number[] = [values.length]): TensorId =>
      add({
        name: `integers${tensors.length}`,
        dtype: 'int32',
        shape,
        data: new Uint8Array(Int32Array.from(values).buffer),
      }),
    tensor: (tensor: Tensor): TensorId => add(tensor),
    /** The operator's results, one for each shape. */
    apply: (
      type: string,
      operands: readonly (TensorId | null)[],
      shapes: readonly (readonly number[])[],
      attributes: Attributes = {},
      dtype: DataType = 'float32',
    ): TensorId[] => {
      const outputs = shapes.map((shape) => add({ name: `t${tensors.length}`, dtype, shape }));
      operators.push(tfliteOperator(type, { inputs: operands, outputs, attributes: attributesOf(attributes) }));
      return outputs;
    },
    build: (outputs: readonly TensorId[]): Graph => tfliteGraph({ tensors, operators, inputs, outputs }),
  };
}

function attributesOf(attributes: Attributes): Readonly<Record<string, Attribute>> {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]): [string, Attribute] => {
      if (typeof value === 'string') return [name, { kind: 'string', value }];
      if (typeof value === 'boolean') return [name, { kind: 'bool', value }];
      if (typeof value === 'number') return [name, { kind: 'int', value }];
      return [name, { kind: 'float', value: value.float }];
    }),
  );
}

/** Normal numbers (Box and Muller), the same on every machine. */
function normal(seed: number): () => number {
  const random = makeRandom(Math.imul(seed + 1, 0x9e3779b1));
  const uniform = () => (random(2 ** 24) + 0.5) / 2 ** 24;
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}

export type Samples = readonly (readonly Float32Array[])[];

/** Random inputs of a graph. */
export function samplesOf(graph: Graph, count = 8, seed = 99): Samples {
  const next = normal(seed);
  return Array.from({ length: count }, () =>
    graph.inputs.map((id) => {
      const shape = (graph.tensors[id]?.shape ?? []) as readonly number[];
      return Float32Array.from({ length: shape.reduce((product, extent) => product * extent, 1) }, next);
    }),
  );
}

/** Least and greatest values of the tensors that quantising asks for. */
export function rangesOf(graph: Graph, samples: Samples): ReadonlyMap<TensorId, Range> {
  const interpreter = openInterpreter(graph);
  const ranges = new Map<TensorId, Range>();
  for (const sample of samples) {
    interpreter.reset();
    interpreter.run(sample);
    for (const id of observedTensors(graph)) {
      const before = ranges.get(id) ?? { min: 0, max: 0 };
      let { min, max } = before;
      for (const value of (interpreter.valueOf(id)?.values ?? []) as Float32Array) {
        min = Math.min(min, value);
        max = Math.max(max, value);
      }
      ranges.set(id, { min, max });
    }
  }
  return ranges;
}

/** Quantises with the ranges of random samples, and judges on them: SQNR in dB of what the kernels compute. */
export function quantizeAndJudge(graph: Graph, options: QuantizeTfliteOptions = {}, given?: Samples) {
  const samples = given ?? samplesOf(graph);
  const result = quantizeTflite(graph, rangesOf(graph, samples), options);
  const named = (sample: readonly Float32Array[]) =>
    Object.fromEntries(
      graph.inputs.map((id, position) => {
        const { name = '', shape = [] } = graph.tensors[id] ?? {};
        return [
          name,
          {
            dtype: 'float32' as const,
            shape: shape as readonly number[],
            data: sample[position] ?? new Float32Array(0),
          },
        ];
      }),
    );
  const run = openReal(graph);
  const runInteger = openReal(result.graph, graph);
  const expected = samples.map((sample) => run(named(sample)));
  const found = samples.map((sample) => runInteger(named(sample)));
  return { ...result, decibels: sqnr(expected, found) };
}

/** Types of a graph's operators, in order. */
export function typesOf(graph: Graph): readonly string[] {
  return graph.operators.map(({ type }) => type);
}

/** The tensor that an operator of a type takes at a position, or gives. */
export function tensorBy(graph: Graph, type: string, position: number, side: 'inputs' | 'outputs' = 'inputs'): Tensor {
  const operator = graph.operators.find((each) => each.type === type);
  const id = operator?.[side][position];
  const tensor = typeof id === 'number' ? graph.tensors[id] : undefined;
  if (tensor === undefined) throw new RangeError(`${type} has no tensor ${position} among its ${side}`);
  return tensor;
}
