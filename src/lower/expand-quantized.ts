import { intAttribute } from '../graph/access.ts';
import { constantNumbers } from '../graph/constant-numbers.ts';
import { constantOf, tensorOf } from '../graph/evaluate/constant-value.ts';
import type { Attribute, Graph, Operator, Tensor, TensorId } from '../graph/graph.ts';

/** How an operator on integers is written: its real counterpart, and where each operand has its tensor, scale and zero point. */
interface Form {
  readonly type: string;
  /** Positions of [tensor, scale, zero point] of each operand. */
  readonly operands: readonly (readonly [number, number, number])[];
  /** Positions of the result's scale and zero point. */
  readonly result: readonly [number, number];
  /** Position of a bias in int32, at the scale of the first two operands' product. */
  readonly bias?: number;
}

const onOne: Omit<Form, 'type'> = { operands: [[0, 1, 2]], result: [3, 4] };
const onTwo: Omit<Form, 'type'> = {
  operands: [
    [0, 1, 2],
    [3, 4, 5],
  ],
  result: [6, 7],
};

/** Operators of ONNX (QLinearConv, QLinearMatMul) and of ONNX Runtime (ContribOperators.md). */
const forms: Readonly<Record<string, Form>> = {
  QLinearConv: { type: 'Conv', ...onTwo, bias: 8 },
  QLinearMatMul: { type: 'MatMul', ...onTwo },
  'com.microsoft:QLinearAdd': { type: 'Add', ...onTwo },
  'com.microsoft:QLinearMul': { type: 'Mul', ...onTwo },
  'com.microsoft:QLinearAveragePool': { type: 'AveragePool', ...onOne },
  'com.microsoft:QLinearGlobalAveragePool': { type: 'GlobalAveragePool', ...onOne },
  'com.microsoft:QLinearLeakyRelu': { type: 'LeakyRelu', ...onOne },
  'com.microsoft:QLinearSigmoid': { type: 'Sigmoid', ...onOne },
  'com.microsoft:QLinearSoftmax': { type: 'Softmax', ...onOne },
};

/**
 * Writes operators on integers as real ones between DequantizeLinear and QuantizeLinear, which the rules know.
 *
 *     x int8 ─▶ QLinearConv ─▶ y int8      x ─▶ DequantizeLinear ─▶ Conv ─▶ QuantizeLinear ─▶ y
 *
 * Ids of tensors stay; new ones follow them.
 */
export function expandQuantized(graph: Graph): Graph {
  const tensors: Tensor[] = [...graph.tensors];
  const operators = graph.operators.flatMap((operator) => {
    const key =
      operator.domain === '' || operator.domain === 'ai.onnx' ? operator.type : `${operator.domain}:${operator.type}`;
    const form = Object.hasOwn(forms, key) ? forms[key] : undefined;
    const isExpandable = form !== undefined && intAttribute(operator, 'channels_last', 0) === 0;
    return isExpandable ? expanded(tensors, operator, form) : [operator];
  });
  return operators.length === graph.operators.length ? graph : { ...graph, tensors, operators };
}

function expanded(tensors: Tensor[], operator: Operator, { type, operands, result, bias }: Form): readonly Operator[] {
  const at = (position: number): TensorId | null => operator.inputs[position] ?? null;
  const shapeOf = (id: TensorId | null) => tensors[id ?? -1]?.shape;
  const add = (name: string, shape: Tensor['shape']): TensorId => tensors.push({ name, dtype: 'float32', shape }) - 1;
  const node = (
    kind: string,
    inputs: readonly (TensorId | null)[],
    output: TensorId | null,
    attributes: Operator['attributes'] = {},
  ): Operator => ({
    ...operator,
    type: kind,
    domain: '',
    version: kind === 'Softmax' ? intAttribute(operator, 'opset', 13) : 13,
    inputs,
    outputs: [output],
    attributes,
  });
  const before: Operator[] = [];
  const real = (
    id: TensorId | null,
    scale: TensorId | null,
    zero: TensorId | null,
    axis: Record<string, Attribute> = {},
  ) => {
    const output = add(`${tensors[id ?? -1]?.name}/real`, shapeOf(id));
    before.push(node('DequantizeLinear', [id, scale, zero], output, axis));
    return output;
  };
  const alongFirst: Record<string, Attribute> = { axis: { kind: 'int', value: 0 } };
  const inputs: (TensorId | null)[] = operands.map(([tensor, scale, zero], index) =>
    real(at(tensor), at(scale), at(zero), type === 'Conv' && index === 1 ? alongFirst : {}),
  );
  const offset = bias === undefined ? null : at(bias);
  if (offset !== null) {
    const [first = [], second = []] = operands.map(
      ([, scale]) => constantNumbers(tensors[at(scale) ?? -1] as Tensor) ?? [],
    );
    const scales = second.map((value) => value * (first[0] ?? 0));
    const scale =
      tensors.push(
        tensorOf(
          `${tensors[offset]?.name}/scale`,
          constantOf('float32', scales.length === 1 ? [] : [scales.length], scales),
        ),
      ) - 1;
    inputs.push(real(offset, scale, null, alongFirst));
  }
  const [output = null] = operator.outputs;
  const computed = add(`${tensors[output ?? -1]?.name}/real`, shapeOf(output));
  const { channels_last: _, opset: __, ...attributes } = operator.attributes;
  return [
    ...before,
    node(type, inputs, computed, attributes),
    node('QuantizeLinear', [computed, at(result[0]), at(result[1])], output),
  ];
}
