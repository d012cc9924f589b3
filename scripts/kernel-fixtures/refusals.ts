import type { DataType } from '../../src/graph/data-type.ts';
import type { Graph } from '../../src/graph/graph.ts';
import type { KernelBuild } from '../../src/runtimes/tflm/kernels.ts';
import { modelRules, operatorRules } from '../../src/runtimes/tflm/support/model-rules.ts';
import { refuseOperator } from '../../src/runtimes/tflm/support/refuse-operator.ts';
import type { Rule } from '../../src/runtimes/tflm/support/rule.ts';
import type { SupportRow } from '../../src/runtimes/tflm/support/support-schema.ts';
import { rowOf, rulesOf, supportTable } from '../../src/runtimes/tflm/support/support-table.ts';
import type { Fixture, Part, Step } from './fixture.ts';
import { graphOfSteps, noise, numbers, part, step } from './fixture.ts';

type Library = KernelBuild['library'];
const libraries: readonly Library[] = ['cmsis-nn', 'reference', 'esp-nn'];

/** A model that breaks one rule of a kernel. */
export interface Refusal {
  readonly row: SupportRow;
  readonly rule: Rule;
  /** The first of the builds that have the rule. */
  readonly library: Library;
  readonly steps: readonly Step[];
  readonly subgraphs: readonly Graph[];
}

/** Every rule of every kernel, with the first build that has it. */
export function allRules(): readonly Pick<Refusal, 'row' | 'rule' | 'library'>[] {
  return supportTable.operators.flatMap((row) => {
    const seen = new Set<string>();
    return libraries.flatMap((library) =>
      rulesOf(rowOf(row, library)).flatMap((rule) => {
        if (seen.has(rule.must)) return [];
        seen.add(rule.must);
        return [{ row, rule, library }];
      }),
    );
  });
}

/**
 * For every rule of every kernel a model that breaks it and runs otherwise: the models that run, changed in one place.
 * The place is found by trying; the first change that our own rules refuse for this rule is taken.
 */
export function refusalsOf(fixtures: readonly Fixture[]) {
  const missing: Pick<Refusal, 'row' | 'rule' | 'library'>[] = [];
  const found = allRules().flatMap(({ row, rule, library }): readonly Refusal[] => {
    for (const { steps, subgraphs = [] } of fixtures) {
      for (const one of steps) {
        if (!row.operators.includes(one.type)) continue;
        for (const changed of changesOf(one)) {
          if (refusedFor(changed, subgraphs, library) === rule.must) {
            return [{ row, rule, library, steps: [changed], subgraphs }];
          }
        }
      }
    }
    missing.push({ row, rule, library });
    return [];
  });
  return { found, missing };
}

/** The words of the rule that an operator on its own breaks first. */
function refusedFor(step: Step, subgraphs: readonly Graph[], library: Library): string | undefined {
  const graph = graphOfSteps([step], subgraphs);
  const [operator] = graph.operators;
  const message =
    operator === undefined ? undefined : refuseOperator(graph, operator, [graph, ...subgraphs], library)?.message;
  if (message === undefined) return undefined;
  return message.slice(step.type.length + 1).split(' in TensorFlow Lite Micro; here ')[0];
}

type Change = (tensor: Part) => Part;

const typesTried: readonly DataType[] = [
  'uint8',
  'int16',
  'int8',
  'float32',
  'int32',
  'int64',
  'float64',
  'bool',
  'uint32',
];

/** One tensor, option or count changed at a time. */
function* changesOf(step: Step): Generator<Step> {
  yield { ...step, inputs: step.inputs.slice(0, -1) };
  yield { ...step, inputs: [] };
  yield { ...step, inputs: [...step.inputs, ...step.inputs, ...step.inputs.slice(0, 1)] };
  yield { ...step, inputs: [...step.inputs, part('float32', [1])] };
  yield { ...step, outputs: step.outputs.slice(0, -1) };
  yield { ...step, outputs: [] };
  yield { ...step, outputs: [...step.outputs, part('float32', [1])] };
  for (const [position, one] of step.inputs.entries()) {
    if (one === null) yield { ...step, inputs: step.inputs.with(position, part('float32', [4])) };
    else yield { ...step, inputs: step.inputs.with(position, null) };
  }
  yield* optionsChanged(step);
  const tensors = [...new Set([...step.inputs, ...step.outputs])].filter((one) => one !== null);
  for (const tensor of tensors) {
    for (const change of changes) {
      const changed = change(tensor);
      if (changed !== tensor) yield replaced(step, new Map([[tensor, changed]]));
    }
  }
  // Several tensors at once, where the rest must go along.
  for (const change of changes) yield replaced(step, new Map(tensors.map((tensor) => [tensor, change(tensor)])));
  for (const [index, first] of tensors.entries()) {
    for (const second of tensors.slice(index + 1)) {
      for (const change of pairChanges) {
        yield replaced(
          step,
          new Map([
            [first, change(first)],
            [second, change(second)],
          ]),
        );
      }
    }
  }
}

function replaced(step: Step, changed: ReadonlyMap<Part, Part>): Step {
  const of = <T extends Part | null>(one: T) => (one === null ? one : (changed.get(one) ?? one));
  return { ...step, inputs: step.inputs.map(of), outputs: step.outputs.map((one) => changed.get(one) ?? one) };
}

function retyped(dtype: DataType): Change {
  return (tensor) => {
    if (tensor.dtype === dtype) return tensor;
    const { data, ...rest } = tensor;
    const shape = tensor.shape.map(Number);
    return data === undefined ? { ...rest, dtype } : { ...rest, dtype, data: noise(dtype, shape).data ?? data };
  };
}

const reshaped =
  (change: (shape: readonly number[]) => readonly number[]): Change =>
  (tensor) => {
    const shape = change(tensor.shape.map(Number));
    if (shape.some((extent) => extent <= 0)) return tensor;
    return tensor.data === undefined
      ? { ...tensor, shape }
      : { ...tensor, shape, data: noise(tensor.dtype, shape).data ?? tensor.data };
  };

const quantised =
  (scale: readonly number[], zeroPoint: readonly number[], axis = 0): Change =>
  (tensor) => ({ ...tensor, scale: scale.map(Math.fround), zeroPoint, axis });

const unquantised: Change = ({ scale: _, zeroPoint: __, ...rest }) => rest;

const scaledBy =
  (factor: number): Change =>
  (tensor) =>
    tensor.scale === undefined
      ? tensor
      : { ...tensor, scale: tensor.scale.map((scale) => Math.fround(scale * factor)) };

const computed: Change = ({ data: _, ...rest }) => rest;
const constant: Change = (tensor) =>
  tensor.data === undefined ? { ...noise(tensor.dtype, tensor.shape.map(Number)), ...tensor } : tensor;
const unkept: Change = ({ variable: _, ...rest }) => rest;

const filled =
  (value: number): Change =>
  (tensor) => {
    if (tensor.data === undefined || !/^u?int/.test(tensor.dtype)) return tensor;
    const count = tensor.shape.map(Number).reduce((product, extent) => product * extent, 1);
    return { ...tensor, ...numbers(tensor.dtype, new Array<number>(count).fill(value), tensor.shape.map(Number)) };
  };

const shapes: readonly Change[] = [
  reshaped((shape) => [1, ...shape]),
  reshaped((shape) => [1, 1, ...shape]),
  reshaped((shape) => [1, 1, 1, 1, ...shape]),
  reshaped((shape) => new Array<number>(9 - shape.length).fill(1).concat(shape)),
  reshaped((shape) => shape.slice(1)),
  reshaped((shape) => shape.slice(0, -1)),
  reshaped(() => []),
  ...[0, 1, 2, 3].flatMap((axis) => [
    reshaped((shape) => shape.map((extent, at) => (at === axis ? extent + 1 : extent))),
    reshaped((shape) => shape.map((extent, at) => (at === axis ? extent * 2 : extent))),
    reshaped((shape) => shape.map((extent, at) => (at === axis ? extent - 1 : extent))),
  ]),
];

const changes: readonly Change[] = [
  computed,
  unkept,
  ...typesTried.map(retyped),
  ...shapes,
  unquantised,
  quantised([0.05], [1]),
  quantised([0.05], [200]),
  quantised([0.05], [0], 1),
  quantised([0.05, 0.06], [0, 0]),
  quantised([0.05, 0.06, 0.07], [0, 0, 0], 3),
  scaledBy(3),
  scaledBy(1000),
  scaledBy(0),
  filled(9),
  filled(0),
];
const pairChanges: readonly Change[] = [...typesTried.map(retyped), ...shapes, constant];

/** Options one at a time: other numbers, other activations, both truth values. */
function* optionsChanged(step: Step): Generator<Step> {
  const changed = (name: string, attribute: Step['attributes'][string]): Step => ({
    ...step,
    attributes: { ...step.attributes, [name]: attribute },
  });
  for (const [name, attribute] of Object.entries(step.attributes)) {
    if (attribute.kind === 'int') for (const value of [0, 3, 5, 9]) yield changed(name, { kind: 'int', value });
    if (attribute.kind === 'bool') {
      yield changed(name, { kind: 'bool', value: true });
      yield {
        ...step,
        attributes: Object.fromEntries(
          Object.entries(step.attributes).map(([key, one]) => [
            key,
            one.kind === 'bool' ? { kind: 'bool', value: true } : one,
          ]),
        ),
      };
    }
    if (attribute.kind === 'ints') yield changed(name, { kind: 'ints', value: [1] });
    if (name === 'fused_activation_function') yield changed(name, { kind: 'string', value: 'RELU6' });
  }
  yield changed('fused_activation_function', { kind: 'string', value: 'RELU6' });
}

/** Models that break a rule of the interpreter itself, a line each. */
export function modelRefusals(): readonly { readonly name: string; readonly rule: string; readonly graph: Graph }[] {
  const float = (...shape: (number | string)[]) => part('float32', shape);
  const negation = (given: Part, result: Part) => graphOfSteps([step('NEG', [given], [result])]);
  const plain = negation(float(4), float(4));
  const words = (rules: readonly { readonly must: string }[], position: number) => rules[position]?.must ?? '';
  const withTensor = (dtype: DataType): Graph => ({
    ...plain,
    tensors: [...plain.tensors, { name: '', dtype, shape: [1] }],
  });
  const plan = new Int32Array([1, 0, 5, 0, 16, 32, 48, 64]);
  const filled = graphOfSteps([{ ...step('NEG', [float(4)], [float(4)]), intermediates: [float(4)] }]);
  const custom = (type: string) => graphOfSteps([step(type, [float(4)], [float(4)], {}, 'custom')]);
  return [
    { name: 'refused-model-open-input', rule: words(modelRules, 0), graph: negation(float('?', 4), float(1, 4)) },
    { name: 'refused-model-string', rule: words(modelRules, 1), graph: withTensor('variant') },
    {
      name: 'refused-model-offline-plan',
      rule: words(modelRules, 2),
      graph: {
        ...plain,
        extras: { metadata: [{ name: 'OfflineMemoryAllocation', data: new Uint8Array(plan.buffer) }] },
      },
    },
    { name: 'refused-model-empty-output', rule: words(operatorRules, 0), graph: negation(float(4), float(1, 0)) },
    { name: 'refused-model-intermediate', rule: words(operatorRules, 1), graph: filled },
    {
      name: 'refused-model-no-kernel',
      rule: 'has no kernel for REVERSE_SEQUENCE',
      graph: graphOfSteps([step('REVERSE_SEQUENCE', [float(2, 4), numbers('int32', [1, 2])], [float(2, 4)])]),
    },
    {
      name: 'refused-model-custom',
      rule: 'has no kernel for the custom operator "MyOperator"',
      graph: custom('MyOperator'),
    },
    {
      name: 'refused-model-custom-options',
      rule: 'takes custom options for custom operators only',
      graph: graphOfSteps([step('NEG', [float(4)], [float(4)], { custom_options: new Uint8Array(4) })]),
    },
  ];
}
