import { concreteShape, floatAttribute, inputTensor, intAttribute, stringAttribute } from '../../graph/access.ts';
import { constantNumbers } from '../../graph/constant-numbers.ts';
import type { Graph, Operator, Tensor } from '../../graph/graph.ts';
import { isType } from '../../passes/edit.ts';
import type { QdqRules } from './qdq-rules.ts';

/**
 * How an operator takes part in an integer graph.
 * `weighted`: multiplies by constant weights. `computes`: has an integer kernel with parameters of its own for each operand and the result.
 * `moves`: only rearranges or selects elements, so what goes in and what comes out share their parameters.
 */
export type Scheme =
  | { readonly kind: 'weighted'; readonly weightAxis: number; readonly hasIntegerOutput: boolean }
  | { readonly kind: 'computes'; readonly operands: 'first' | 'all'; readonly hasIntegerOutput: boolean }
  | { readonly kind: 'moves' };

type SchemeOf = (graph: Graph, operator: Operator) => Scheme | undefined;

const moves: SchemeOf = () => ({ kind: 'moves' });
const computes =
  (operands: 'first' | 'all'): SchemeOf =>
  () => ({ kind: 'computes', operands, hasIntegerOutput: true });

/** An operator at the end of the graph keeps its float result: integers would only make ties of what is compared next. */
const computesInside: SchemeOf = (graph, operator) =>
  operator.outputs.some((id) => id !== null && graph.outputs.includes(id))
    ? undefined
    : computes('first')(graph, operator);

const weighted =
  (axis: (graph: Graph, operator: Operator) => number | undefined, hasIntegerOutput: boolean): SchemeOf =>
  (graph, operator) => {
    const weights = inputTensor(graph, operator, 1);
    const weightAxis = axis(graph, operator);
    return weights?.data === undefined || weights.dtype !== 'float32' || weightAxis === undefined
      ? undefined
      : { kind: 'weighted', weightAxis, hasIntegerOutput };
  };

const isMatrix = (tensor: Tensor | undefined): boolean => concreteShape(tensor?.shape)?.length === 2;

/**
 * Operators of ai.onnx that ONNX Runtime's CPU provider runs on integers when QDQ nodes surround them
 * (`core/optimizer/qdq_transformer` and docs/OperatorKernels.md of ONNX Runtime), and those that only move data. Softmax stays in float, as its integer kernel takes four times as long
 * as the float one with its rounding (ONNX Runtime 1.32.0 on x86, 8 × 128 × 128 elements); so do Tanh, HardSwish and HardSigmoid, which have none. Sigmoid's takes half as long,
 * and loses little in SiLU too: of seven networks whose activations were made x · sigmoid(x), four come nearer to float with the sigmoid left in float, by 0.2 to 1.1 dB, three do not.
 */
const schemes: Readonly<Record<string, SchemeOf>> = {
  Conv: weighted(() => 0, true),
  // No integer kernel: computed in float from int8 weights, which still take a quarter of the space.
  ConvTranspose: weighted(() => 1, false),
  Gemm: weighted((graph, operator) => {
    const isPlain = isMatrix(inputTensor(graph, operator, 1)) && intAttribute(operator, 'transA', 0) === 0;
    return isPlain && isPlainGemm(graph, operator) ? (intAttribute(operator, 'transB', 0) === 1 ? 0 : 1) : undefined;
  }, false),
  MatMul: (graph, operator) => {
    const right = inputTensor(graph, operator, 1);
    if (right?.data === undefined) return { kind: 'computes', operands: 'all', hasIntegerOutput: false };
    return weighted(() => (isMatrix(right) ? 1 : undefined), false)(graph, operator);
  },
  Add: computes('all'),
  Mul: computes('all'),
  Concat: computes('all'),
  AveragePool: computes('first'),
  GlobalAveragePool: computes('first'),
  LeakyRelu: computes('first'),
  Sigmoid: computesInside,
  MaxPool: moves,
  Reshape: moves,
  Flatten: moves,
  Transpose: moves,
  Squeeze: moves,
  Unsqueeze: moves,
  Slice: moves,
  Split: moves,
  Gather: moves,
  Expand: moves,
  Tile: moves,
  DepthToSpace: moves,
  SpaceToDepth: moves,
  Identity: moves,
  Pad: (graph, operator) => (padsWithZero(graph, operator) ? { kind: 'moves' } : undefined),
  Resize: (_, operator) => (stringAttribute(operator, 'mode', 'nearest') === 'cubic' ? undefined : { kind: 'moves' }),
};

/** The scheme of an operator, or `undefined` when it stays in float. */
export function schemeOf(graph: Graph, operator: Operator, rules: QdqRules): Scheme | undefined {
  if (operator.domain !== '' && operator.domain !== 'ai.onnx') return undefined;
  // Where 0 is the integer 0, an activation that is no part of a layer limits integers as it limits floats.
  if (rules.activations === 'symmetric' && isType(operator, 'Relu', 'Clip')) return { kind: 'moves' };
  const scheme = Object.hasOwn(schemes, operator.type) ? schemes[operator.type]?.(graph, operator) : undefined;
  return rules.allResults && scheme?.kind !== 'moves' && scheme !== undefined
    ? { ...scheme, hasIntegerOutput: true }
    : scheme;
}

/** Gemm as `normalizeGemm` leaves it. */
function isPlainGemm(graph: Graph, operator: Operator): boolean {
  const bias = inputTensor(graph, operator, 2);
  return (
    floatAttribute(operator, 'alpha', 1) === 1 &&
    floatAttribute(operator, 'beta', 1) === 1 &&
    (bias === undefined || (bias.data !== undefined && bias.shape?.length === 1))
  );
}

function padsWithZero(graph: Graph, operator: Operator): boolean {
  if (stringAttribute(operator, 'mode', 'constant') !== 'constant') return true;
  const value = inputTensor(graph, operator, 2);
  return value === undefined || constantNumbers(value)?.[0] === 0;
}
