import { intAttribute, intsAttribute, stringAttribute } from '../graph/access.ts';
import type { Operator, TensorId } from '../graph/graph.ts';
import type { Lowerer, Options } from './lowerer.ts';

/** How a window moves along one axis of an image. */
export interface WindowAxis {
  readonly input: number;
  readonly output: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  /** What ONNX pads before and after. */
  readonly before: number;
  readonly after: number;
}

/** What TensorFlow Lite needs for the same windows: its own padding, or explicit rows in front and behind and `VALID`. */
export interface Padding {
  readonly padding: 'SAME' | 'VALID';
  /** By spatial axis: elements before and after, where a PAD is needed. */
  readonly explicit?: readonly (readonly [number, number])[];
}

/** The stored order of an image's axes: channels last, and for one spatial axis an additional extent of 1 as its height. */
export function imageAxes(rank: number): readonly number[] | undefined {
  if (rank === 3) return [0, -1, 2, 1];
  return rank === 4 ? [0, 2, 3, 1] : undefined;
}

/** The windows of an ONNX convolution or pooling operator, by spatial axis; one spatial axis gets a height of 1 in front. */
export function windowAxesOf(
  operator: Operator,
  inputShape: readonly number[],
  outputShape: readonly number[],
  kernel: readonly number[],
): readonly WindowAxis[] {
  const count = kernel.length;
  const strides = intsAttribute(operator, 'strides');
  const dilations = intsAttribute(operator, 'dilations');
  const pads = intsAttribute(operator, 'pads');
  const automatic = stringAttribute(operator, 'auto_pad', 'NOTSET');
  const axes = kernel.map((extent, axis): WindowAxis => {
    const input = inputShape[axis + 2] as number;
    const output = outputShape[axis + 2] as number;
    const stride = strides?.[axis] ?? 1;
    const dilation = dilations?.[axis] ?? 1;
    const missing = Math.max(0, (output - 1) * stride + (extent - 1) * dilation + 1 - input);
    const [before, after] = automaticPads(automatic, missing) ?? [pads?.[axis] ?? 0, pads?.[axis + count] ?? 0];
    return { input, output, kernel: extent, stride, dilation, before, after };
  });
  const unit = { input: 1, output: 1, kernel: 1, stride: 1, dilation: 1, before: 0, after: 0 };
  return count === 1 ? [unit, ...axes] : axes;
}

/** `auto_pad`, which pads so that the output has the extent that it has. */
function automaticPads(automatic: string, missing: number): readonly [number, number] | undefined {
  if (automatic === 'SAME_UPPER') return [Math.floor(missing / 2), Math.ceil(missing / 2)];
  if (automatic === 'SAME_LOWER') return [Math.ceil(missing / 2), Math.floor(missing / 2)];
  return automatic === 'VALID' ? [0, 0] : undefined;
}

/** What the windows need. `SAME` puts the smaller half of the padding in front, so that an even image under stride 2 is padded otherwise than most frameworks do. */
export function paddingFor(axes: readonly WindowAxis[]): Padding {
  if (axes.every(fitsValid)) return { padding: 'VALID' };
  if (axes.every(fitsSame)) return { padding: 'SAME' };
  return { padding: 'VALID', explicit: axes.map((axis) => [axis.before, needed(axis)]) };
}

/** Elements behind that some window reaches. */
function needed({ input, output, kernel, stride, dilation, before }: WindowAxis): number {
  return Math.max(0, (output - 1) * stride + (kernel - 1) * dilation + 1 - before - input);
}

function fitsValid(axis: WindowAxis): boolean {
  const { input, output, kernel, stride, dilation, before } = axis;
  return before === 0 && output === Math.floor((input - (kernel - 1) * dilation - 1) / stride) + 1;
}

function fitsSame({ input, output, kernel, stride, dilation, before }: WindowAxis): boolean {
  const total = Math.max(0, (output - 1) * stride + (kernel - 1) * dilation + 1 - input);
  return output === Math.ceil(input / stride) && before === Math.floor(total / 2);
}

/** Pads the height and width of an image in NHWC; `fill` is a constant of one element, 0 without it. */
export function padImage(
  lowerer: Lowerer,
  image: TensorId,
  [rows, columns]: readonly (readonly [number, number])[],
  name: string,
  fill?: TensorId,
): TensorId {
  const [batch = 1, height = 1, width = 1, channels = 1] = lowerer.tensorShape(image);
  const [top, bottom] = rows as readonly [number, number];
  const [left, right] = columns as readonly [number, number];
  const amounts = lowerer.constant(`${name}/paddings`, 'int32', [4, 2], [0, 0, top, bottom, left, right, 0, 0]);
  const shape = [batch, height + top + bottom, width + left + right, channels];
  const inputs = fill === undefined ? [image, amounts] : [image, amounts, fill];
  return lowerer.emit(fill === undefined ? 'PAD' : 'PADV2', inputs, shape, {}, { name: `${name}/padded` });
}

/** Strides and dilations as TensorFlow Lite's options. */
export function windowOptions(axes: readonly WindowAxis[], { padding }: Padding): Options {
  const [height, width] = axes as readonly [WindowAxis, WindowAxis];
  return { padding, stride_h: height.stride, stride_w: width.stride };
}

/** The group count of a convolution. */
export function groupsOf(operator: Operator): number {
  return intAttribute(operator, 'group', 1);
}
