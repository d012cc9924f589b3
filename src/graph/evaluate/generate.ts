import { intAttribute } from '../access.ts';
import { type ConstantValue, constantOf, contentOf, countOf, newElements, numbersOf } from './constant-value.ts';
import type { Evaluator } from './evaluator.ts';

/** Folding must not be a way to make a small file fill the memory: no generated constant has more elements than this. */
const maximumElements = 1 << 24;

const constant: Evaluator = ({ operator }) => {
  const { value, value_int, value_ints, value_float, value_floats } = operator.attributes;
  let result: ConstantValue | undefined;
  if (value?.kind === 'tensor') result = contentOf(value.value);
  else if (value_int?.kind === 'int') result = constantOf('int64', [], [value_int.value]);
  else if (value_ints?.kind === 'ints') result = constantOf('int64', [value_ints.value.length], value_ints.value);
  else if (value_float?.kind === 'float') result = constantOf('float32', [], [value_float.value]);
  else if (value_floats?.kind === 'floats') {
    result = constantOf('float32', [value_floats.value.length], value_floats.value);
  }
  return result && [result];
};

const constantOfShape: Evaluator = ({ operator, inputs: [wanted] }) => {
  const shape = wanted && numbersOf(wanted);
  if (shape === undefined || shape.some((extent) => extent < 0) || countOf(shape) > maximumElements) return undefined;
  const { value } = operator.attributes;
  const fill = value?.kind === 'tensor' ? contentOf(value.value) : constantOf('float32', [1], [0]);
  if (fill?.elements.length !== 1) return undefined;
  const elements = newElements(fill.dtype, countOf(shape));
  elements.fill(fill.elements[0] as never);
  return [{ dtype: fill.dtype, shape, elements }];
};

const range: Evaluator = ({ inputs: [start, limit, delta] }) => {
  if (start === undefined || limit === undefined || delta === undefined) return undefined;
  const [from] = numbersOf(start) ?? [];
  const [to] = numbersOf(limit) ?? [];
  const [step] = numbersOf(delta) ?? [];
  if (from === undefined || to === undefined || step === undefined || step === 0) return undefined;
  const count = Math.max(0, Math.ceil((to - from) / step));
  if (!(count <= maximumElements)) return undefined;
  return [
    constantOf(
      start.dtype,
      [count],
      Float64Array.from({ length: count }, (_, i) => from + i * step),
    ),
  ];
};

const shapeOf: Evaluator = ({ operator, inputs: [data] }) => {
  if (data === undefined) return undefined;
  const end = operator.attributes.end?.kind === 'int' ? operator.attributes.end.value : undefined;
  const extents = data.shape.slice(intAttribute(operator, 'start', 0), end);
  return [constantOf('int64', [extents.length], extents)];
};

const size: Evaluator = ({ inputs: [data] }) => data && [constantOf('int64', [], [countOf(data.shape)])];

/** Operators that make constants or ask for shapes. */
export const generateEvaluators: Readonly<Record<string, Evaluator>> = {
  Constant: constant,
  ConstantOfShape: constantOfShape,
  Range: range,
  Shape: shapeOf,
  Size: size,
};
