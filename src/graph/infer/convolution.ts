import { intAttribute, intsAttribute } from '../access.ts';
import type { DataType } from '../data-type.ts';
import type { Dimension, Shape } from '../graph.ts';
import { extentsOf, fact, times, unknownShape } from './fact.ts';
import { like, type Node, one, type Rule, type Rules, shapeOf, typeOf } from './node.ts';
import { slidExtents, stretchedExtents, windowsOf } from './windows.ts';

/** `[N, C, spatial…]` with other channels and spatial extents; channels last where the operator says so. */
function convolved(node: Node, inputAt: number, weightAt: number): Shape | undefined {
  const input = shapeOf(node, inputAt);
  const weight = shapeOf(node, weightAt);
  const rank = input?.length ?? weight?.length;
  if (rank === undefined) return undefined;
  const last = intAttribute(node.operator, 'channels_last', 0) !== 0;
  const x = input ?? unknownShape(rank);
  const spatial = last ? x.slice(1, -1) : x.slice(2);
  const kernel: readonly Dimension[] =
    intsAttribute(node.operator, 'kernel_shape') ?? weight?.slice(2) ?? unknownShape(Math.max(0, rank - 2));
  const slid = slidExtents(spatial, windowsOf(node.operator, kernel));
  const channels = weight?.[0] ?? '?';
  return last ? [x[0] ?? '?', ...slid, channels] : [x[0] ?? '?', channels, ...slid];
}

const convolution =
  (weightAt: number, dtype?: (node: Node) => DataType): Rule =>
  (node) => [fact(dtype?.(node) ?? typeOf(node, 0), convolved(node, 0, weightAt))];

const convTranspose: Rule = (node) => {
  const input = shapeOf(node, 0);
  const weight = shapeOf(node, 1);
  if (input === undefined || weight === undefined) return like(node, input && unknownShape(input.length));
  const kernel = intsAttribute(node.operator, 'kernel_shape') ?? weight.slice(2);
  const channels = times(weight[1] ?? '?', intAttribute(node.operator, 'group', 1));
  const spatial = stretchedExtents(node.operator, input.slice(2), windowsOf(node.operator, kernel));
  return like(node, [input[0] ?? '?', channels, ...spatial]);
};

const deformConv: Rule = (node) => like(node, convolved(node, 0, 1));

const pooled = (node: Node, last: boolean): Shape | undefined => {
  const input = shapeOf(node, 0);
  const kernel = intsAttribute(node.operator, 'kernel_shape');
  if (input === undefined || kernel === undefined) return input && unknownShape(input.length);
  const spatial = last ? input.slice(1, -1) : input.slice(2);
  const slid = slidExtents(spatial, windowsOf(node.operator, kernel));
  return last ? [input[0] ?? '?', ...slid, input.at(-1) ?? '?'] : [...input.slice(0, 2), ...slid];
};

const channelsLast = (node: Node): boolean => intAttribute(node.operator, 'channels_last', 0) !== 0;
const pool: Rule = (node) => like(node, pooled(node, channelsLast(node)));

const maxPool: Rule = (node) => {
  const shape = pooled(node, false);
  return [fact(typeOf(node, 0), shape), fact('int64', shape)];
};

const globalPool: Rule = (node) => {
  const input = shapeOf(node, 0);
  const channel = channelsLast(node) ? (input?.length ?? 0) - 1 : 1;
  return like(
    node,
    input?.map((extent, axis) => (axis === 0 || axis === channel ? extent : 1)),
  );
};

const maxUnpool: Rule = (node) => {
  const input = shapeOf(node, 0);
  const kernel = intsAttribute(node.operator, 'kernel_shape');
  if (node.inputs[2] !== undefined) return like(node, extentsOf(node.inputs[2]));
  if (input === undefined || kernel === undefined) return like(node, undefined);
  // The inverse of pooling is a transposed convolution's shape with the same windows.
  const spatial = stretchedExtents(node.operator, input.slice(2), windowsOf(node.operator, kernel));
  return like(node, [...input.slice(0, 2), ...spatial]);
};

const quantizedType = (node: Node): DataType => (typeOf(node, 7) === 'unknown' ? typeOf(node, 0) : typeOf(node, 7));

/** Convolutions and poolings, float and quantised: everything that slides a window. */
export const convolutionRules: Rules = {
  Conv: convolution(1),
  ConvInteger: convolution(1, () => 'int32'),
  QLinearConv: convolution(3, quantizedType),
  'com.microsoft:QLinearConv': convolution(3, quantizedType),
  'com.microsoft:FusedConv': convolution(1),
  'com.microsoft:NhwcFusedConv': convolution(1),
  ConvTranspose: convTranspose,
  'com.microsoft:ConvTransposeWithDynamicPads': (node) => {
    const rank = shapeOf(node, 0)?.length;
    return like(node, rank === undefined ? undefined : unknownShape(rank));
  },
  DeformConv: deformConv,
  MaxPool: maxPool,
  AveragePool: pool,
  LpPool: pool,
  'com.microsoft:QLinearAveragePool': pool,
  'com.microsoft:NhwcMaxPool': (node) => one(typeOf(node, 0), pooled(node, true)),
  GlobalAveragePool: globalPool,
  GlobalMaxPool: globalPool,
  GlobalLpPool: globalPool,
  'com.microsoft:QLinearGlobalAveragePool': globalPool,
  MaxUnpool: maxUnpool,
};
