import { intsAttribute, stringAttribute } from '../access.ts';
import { numbersOf } from '../evaluate/constant-value.ts';
import { normalAxis } from '../evaluate/indexing.ts';
import type { Shape } from '../graph.ts';
import { compute, extentsOf, type Fact, unknownShape } from './fact.ts';
import { like, type Rule, type Rules, shapeOf } from './node.ts';

const numbers = (known: Fact | undefined): readonly number[] | undefined =>
  known?.constant && numbersOf(known.constant);

/** Output extents from scale factors: `floor(extent × scale)`, the product in float32 as ONNX Runtime takes it. */
function scaled(input: Shape, scales: readonly number[] | undefined, axes: readonly number[]): Shape {
  const result = [...input];
  axes.forEach((axis, position) => {
    const scale = scales?.[position];
    result[axis] =
      scale === 1
        ? (input[axis] ?? '?')
        : compute((size, by) => Math.floor(Math.fround(size * by)), input[axis] ?? '?', scale ?? '?');
  });
  return result;
}

/** `Resize`: opset 10 has scales as input 1; from 11 on roi, scales and sizes are inputs 1 to 3. */
const resize: Rule = (node) => {
  const input = shapeOf(node, 0);
  if (input === undefined) return like(node, undefined);
  const axes = (intsAttribute(node.operator, 'axes') ?? [...input.keys()]).map(
    (axis) => normalAxis(axis, input.length) ?? 0,
  );
  if (node.operator.version < 11) return like(node, scaled(input, numbers(node.inputs[1]), axes));
  const sizes = extentsOf(node.inputs[3]);
  if (sizes === undefined || sizes.length === 0) {
    const known = numbers(node.inputs[2]);
    // An empty list of scales stands for "use sizes".
    return like(node, known?.length ? scaled(input, known, axes) : unknownShape(input.length));
  }
  const policy = stringAttribute(node.operator, 'keep_aspect_ratio_policy', 'stretch');
  const result = [...input];
  const ratios = axes.map((axis, position) =>
    compute((to, from) => to / from, sizes[position] ?? '?', input[axis] ?? '?'),
  );
  const ratio = policy === 'not_larger' ? compute(Math.min, ...ratios) : compute(Math.max, ...ratios);
  axes.forEach((axis, position) => {
    result[axis] =
      policy === 'stretch'
        ? (sizes[position] ?? '?')
        : compute((from, by) => Math.floor(from * by + 0.5), input[axis] ?? '?', ratio);
  });
  return like(node, result);
};

/** `Upsample`: scales are an attribute up to opset 8, an input in 9. */
const upsample: Rule = (node) => {
  const input = shapeOf(node, 0);
  const { scales } = node.operator.attributes;
  const factors = scales?.kind === 'floats' ? scales.value : numbers(node.inputs[1]);
  return like(node, input && scaled(input, factors, [...input.keys()]));
};

const gridSample: Rule = (node) => {
  const input = shapeOf(node, 0);
  const grid = shapeOf(node, 1);
  if (input === undefined || grid === undefined) return like(node, input && unknownShape(input.length));
  return like(node, [...input.slice(0, 2), ...grid.slice(1, -1)]);
};

const affineGrid: Rule = (node) => {
  const size = extentsOf(node.inputs[1]);
  return like(node, size && [size[0] ?? '?', ...size.slice(2), size.length - 2]);
};

const col2im: Rule = (node) => {
  const input = shapeOf(node, 0);
  const image = extentsOf(node.inputs[1]);
  const block = extentsOf(node.inputs[2]);
  const patch = block && compute((...extents) => extents.reduce((a, b) => a * b, 1), ...block);
  if (input === undefined || image === undefined || patch === undefined) return like(node, undefined);
  return like(node, [input[0] ?? '?', compute((channels, by) => channels / by, input[1] ?? '?', patch), ...image]);
};

const centerCropPad: Rule = (node) => {
  const input = shapeOf(node, 0);
  const wanted = extentsOf(node.inputs[1]);
  if (input === undefined || wanted === undefined) return like(node, input && unknownShape(input.length));
  const axes = intsAttribute(node.operator, 'axes') ?? [...input.keys()];
  const result = [...input];
  axes.forEach((axis, position) => {
    result[normalAxis(axis, input.length) ?? 0] = wanted[position] ?? '?';
  });
  return like(node, result);
};

const cropAndResize: Rule = (node) => {
  const size = extentsOf(node.inputs[3]);
  const boxes = shapeOf(node, 1)?.[0] ?? '?';
  return like(node, [boxes, shapeOf(node, 0)?.[1] ?? '?', size?.[0] ?? '?', size?.[1] ?? '?']);
};

/** Operators that resample images. */
export const resizeRules: Rules = {
  Resize: resize,
  Upsample: upsample,
  GridSample: gridSample,
  'com.microsoft:GridSample': gridSample,
  AffineGrid: affineGrid,
  Col2Im: col2im,
  CenterCropPad: centerCropPad,
  'com.microsoft:CropAndResize': cropAndResize,
};
