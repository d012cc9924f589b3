import type { Fixture, Options, Part } from './fixture.ts';
import { noise, numbers, part, step } from './fixture.ts';

type Size = readonly [number, number];

interface Variant {
  readonly name: string;
  readonly input?: readonly number[];
  readonly filter?: Size;
  readonly channels?: number;
  readonly stride?: Size;
  readonly dilation?: Size;
  readonly padding?: 'SAME' | 'VALID';
  readonly activation?: string;
  readonly perChannel?: boolean;
  readonly bias?: boolean;
  /** Input channels that a filter of a grouped convolution sees. */
  readonly seen?: number;
}

type Computing = 'int8' | 'int16' | 'float32' | 'int4';

const convolutions: readonly Variant[] = [
  { name: '3x3', padding: 'SAME', perChannel: true },
  { name: 'stride', stride: [2, 2], padding: 'SAME', activation: 'RELU' },
  { name: 'dilation', dilation: [2, 2], padding: 'VALID', activation: 'RELU6', perChannel: true },
  { name: 'pointwise', filter: [1, 1], channels: 6, perChannel: true },
  { name: 'pointwise-stride', filter: [1, 1], stride: [2, 1], perChannel: true },
  { name: 'row', input: [1, 1, 9, 4], filter: [1, 4], padding: 'SAME', channels: 3, perChannel: true },
  {
    name: 'row-stride',
    input: [1, 1, 9, 4],
    filter: [1, 3],
    stride: [1, 2],
    padding: 'VALID',
    activation: 'RELU_N1_TO_1',
  },
  { name: 'batch', input: [2, 4, 5, 3], filter: [2, 3], channels: 5, padding: 'VALID', bias: false },
  {
    name: 'uneven',
    input: [1, 6, 4, 1],
    filter: [4, 2],
    stride: [2, 1],
    padding: 'SAME',
    channels: 3,
    perChannel: true,
  },
  { name: 'deep', input: [1, 3, 3, 17], filter: [2, 2], padding: 'SAME', channels: 2, perChannel: true },
];

const depthwise: readonly Variant[] = [
  { name: '3x3', padding: 'SAME', perChannel: true },
  { name: 'stride', stride: [2, 2], padding: 'SAME', activation: 'RELU6', perChannel: true },
  { name: 'dilation', dilation: [2, 1], padding: 'SAME', perChannel: true },
  { name: '5x2', filter: [5, 2], padding: 'VALID', activation: 'RELU' },
  { name: 'multiplier', channels: 8, padding: 'SAME', perChannel: true },
  { name: 'one-input', input: [1, 5, 6, 1], channels: 3, padding: 'VALID', perChannel: true, bias: false },
  { name: 'batch', input: [2, 4, 5, 3], channels: 3, padding: 'SAME', perChannel: true },
  { name: 'wide', input: [1, 3, 4, 18], channels: 18, padding: 'SAME', perChannel: true },
];

const transposed: readonly Variant[] = [
  { name: 'stride', stride: [2, 2], padding: 'SAME', perChannel: true, bias: false },
  { name: 'bias', stride: [1, 2], padding: 'VALID', perChannel: true },
  { name: 'deep', input: [1, 3, 4, 18], stride: [2, 2], padding: 'SAME', perChannel: true },
  { name: 'large-stride', stride: [3, 3], padding: 'VALID', activation: 'RELU' },
];

/** Scales per channel, or one. */
const scalesOf = (count: number, perChannel: boolean) =>
  Array.from({ length: perChannel ? count : 1 }, (_, index) => 0.002 + 0.0005 * index);

const activationOf = (type: Computing, shape: readonly number[], scale: number, zeroPoint: number): Part => {
  if (type === 'float32') return part('float32', shape);
  return type === 'int16' ? part('int16', shape, scale / 256) : part('int8', shape, scale, zeroPoint);
};

function biasOf(type: Computing, channels: number, scales: readonly number[]): Part {
  if (type === 'float32') return noise('float32', [channels]);
  const inputScale = type === 'int16' ? 0.05 / 256 : 0.05;
  return noise(
    type === 'int16' ? 'int64' : 'int32',
    [channels],
    scales.map((scale) => inputScale * scale),
  );
}

function optionsOf(variant: Variant): Options {
  const [strideHeight, strideWidth] = variant.stride ?? [1, 1];
  return {
    padding: variant.padding ?? 'VALID',
    stride_h: strideHeight,
    stride_w: strideWidth,
    fused_activation_function: variant.activation ?? 'NONE',
  };
}

function dilated(variant: Variant): Options {
  const [height, width] = variant.dilation ?? [1, 1];
  return { dilation_h_factor: height, dilation_w_factor: width };
}

/** Extents along an axis of what a window gives. */
function slid(input: number, filter: number, stride: number, dilation: number, padding: string): number {
  const reach = (filter - 1) * dilation + 1;
  return padding === 'SAME' ? Math.ceil(input / stride) : Math.floor((input - reach) / stride) + 1;
}

function windowed(variant: Variant, input: readonly number[], filter: Size): Size {
  const [stride, dilation] = [variant.stride ?? [1, 1], variant.dilation ?? [1, 1]];
  const along = (axis: 0 | 1) =>
    slid(input[axis + 1] ?? 0, filter[axis], stride[axis], dilation[axis], variant.padding ?? 'VALID');
  return [along(0), along(1)];
}

function convolution(type: Computing, variant: Variant): Fixture {
  const shape = variant.input ?? [1, 6, 7, 4];
  const filter = variant.filter ?? [3, 3];
  const channels = variant.channels ?? 4;
  const scales = scalesOf(channels, variant.perChannel === true);
  const input = activationOf(type, shape, 0.05, 3);
  const output = activationOf(type, [shape[0] ?? 1, ...windowed(variant, shape, filter), channels], 0.08, -4);
  const dtype = type === 'int16' ? 'int8' : type;
  const weights = noise(dtype, [channels, ...filter, variant.seen ?? shape[3] ?? 1], type === 'float32' ? [] : scales);
  const bias = variant.bias === false ? null : biasOf(type, channels, scales);
  return {
    name: `conv-2d-${type}-${variant.name}`,
    steps: [step('CONV_2D', [input, weights, bias], [output], { ...optionsOf(variant), ...dilated(variant) })],
  };
}

function depthwiseConvolution(type: Computing, variant: Variant): Fixture {
  const shape = variant.input ?? [1, 6, 7, 4];
  const filter = variant.filter ?? [3, 3];
  const channels = variant.channels ?? 4;
  const scales = scalesOf(channels, variant.perChannel === true);
  const input = activationOf(type, shape, 0.05, 3);
  const output = activationOf(type, [shape[0] ?? 1, ...windowed(variant, shape, filter), channels], 0.06, -4);
  const dtype = type === 'int16' ? 'int8' : type;
  const weights = noise(dtype, [1, ...filter, channels], type === 'float32' ? [] : scales, 3);
  const bias = variant.bias === false ? [] : [biasOf(type, channels, scales)];
  const depth_multiplier = channels / (shape[3] ?? 1);
  return {
    name: `depthwise-conv-2d-${type}-${variant.name}`,
    steps: [
      step('DEPTHWISE_CONV_2D', [input, weights, ...bias], [output], {
        ...optionsOf(variant),
        ...dilated(variant),
        depth_multiplier,
      }),
    ],
  };
}

function transposedConvolution(type: Computing, variant: Variant): Fixture {
  const shape = variant.input ?? [1, 3, 4, 3];
  const filter = variant.filter ?? [3, 3];
  const channels = 3;
  const scales = scalesOf(channels, variant.perChannel === true);
  const stride = variant.stride ?? [1, 1];
  const along = (axis: 0 | 1) => {
    const extent = shape[axis + 1] ?? 0;
    return variant.padding === 'SAME' ? extent * stride[axis] : (extent - 1) * stride[axis] + filter[axis];
  };
  const extents = [shape[0] ?? 1, along(0), along(1), channels];
  const weights = noise(
    type === 'float32' ? 'float32' : 'int8',
    [channels, ...filter, shape[3] ?? 1],
    type === 'float32' ? [] : scales,
  );
  const input = activationOf(type, shape, 0.05, 3);
  const bias = variant.bias === false && type !== 'int16' ? [] : [biasOf(type, channels, scales)];
  return {
    name: `transpose-conv-${type}-${variant.name}`,
    steps: [
      step(
        'TRANSPOSE_CONV',
        [numbers('int32', extents), weights, input, ...bias],
        [activationOf(type, extents, 0.06, -4)],
        optionsOf(variant),
      ),
    ],
  };
}

const few = (variants: readonly Variant[], ...names: string[]) => variants.filter(({ name }) => names.includes(name));

/** Convolutions of every kind, one a model, because each has scratch memory of its own. */
export const convolutionFixtures: readonly Fixture[] = [
  ...convolutions.map((variant) => convolution('int8', variant)),
  ...few(convolutions, '3x3', 'stride', 'pointwise', 'dilation', 'batch', 'row').map((variant) =>
    convolution('int16', variant),
  ),
  ...few(convolutions, '3x3', 'stride', 'dilation').map((variant) => convolution('float32', variant)),
  ...few(convolutions, '3x3', 'pointwise').map((variant) => convolution('int4', variant)),
  convolution('int8', { name: 'groups', channels: 4, seen: 2, padding: 'SAME', perChannel: true }),
  convolution('float32', { name: 'groups', channels: 4, seen: 2, padding: 'SAME' }),
  ...depthwise.map((variant) => depthwiseConvolution('int8', variant)),
  ...few(depthwise, '3x3', 'stride', 'multiplier', 'dilation').map((variant) => depthwiseConvolution('int16', variant)),
  ...few(depthwise, '3x3', 'multiplier').map((variant) => depthwiseConvolution('float32', variant)),
  ...few(depthwise, '3x3').map((variant) => depthwiseConvolution('int4', variant)),
  ...transposed.map((variant) => transposedConvolution('int8', variant)),
  ...few(transposed, 'stride', 'bias').map((variant) => transposedConvolution('int16', variant)),
  ...few(transposed, 'stride', 'bias').map((variant) => transposedConvolution('float32', variant)),
];
