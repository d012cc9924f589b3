import type { Operator, TensorId } from '../../graph/graph.ts';
import { canonical, type Factor, product } from '../arrangement.ts';
import { ofAxes, shapeOfAxes } from '../axes.ts';
import { inputOf, type Lowerer, type Lowerings, outputOf } from '../lowerer.ts';
import { groupsOf, imageAxes, paddingFor, padImage, windowAxesOf, windowOptions } from '../windows.ts';
import { columnRowBlock, rowColumnChannel } from './depth-and-space.ts';

/**
 * Convolutions of one or two spatial axes.
 *
 *     x [N, C, H, W] ─▶ Conv ─▶ y        x NHWC ─▶ (PAD) ─▶ CONV_2D ─▶ y NHWC
 *         W [M, C/g, h, w] ──┘                  W [M, h, w, C/g] ──┘
 *
 * As many groups as channels are DEPTHWISE_CONV_2D with weights [1, h, w, M]; other groups stay in CONV_2D, whose weights then are less deep than the image.
 * Where neither SAME nor VALID has ONNX's windows, a PAD in front makes the image larger.
 */
export const convolutionLowerings: Lowerings = { Conv: convolution };

function convolution(lowerer: Lowerer, operator: Operator) {
  const [input, weights, output] = [inputOf(operator, 0), inputOf(operator, 1), outputOf(operator)];
  const [inputShape, shape, outputShape] = [input, weights, output].map(lowerer.shapeOf) as [
    number[],
    number[],
    number[],
  ];
  const axes = imageAxes(inputShape.length);
  if (axes === undefined) {
    return lowerer.refuse(
      operator,
      `it convolves ${inputShape.length - 2} spatial axes; TensorFlow Lite Micro has 1 and 2`,
    );
  }
  const windows = windowAxesOf(operator, inputShape, outputShape, shape.slice(2));
  const padding = paddingFor(windows);
  const name = lowerer.nameOf(output);
  const image = lowerer.withAxes(input, axes);
  const padded = padding.explicit === undefined ? image : padImage(lowerer, image, padding.explicit, name);
  const groups = groupsOf(operator);
  const [channels = 1] = shape;
  const isDepthwise = groups > 1 && groups === inputShape[1];
  const dilations = { dilation_h_factor: windows[0]?.dilation ?? 1, dilation_w_factor: windows[1]?.dilation ?? 1 };
  const kernelAxes = shape.length === 3 ? [-1, 2] : [2, 3];
  const order = groups === 1 ? channelOrder(lowerer, output, channels) : [{ extent: channels, stride: 1 }];
  const kernelOrder = isDepthwise ? [1, ...kernelAxes, 0] : [0, ...kernelAxes, 1];
  const kernel = lowerer.stored(
    weights,
    isDepthwise
      ? ofAxes(shape, kernelOrder)
      : canonical([...along(order, product(shape.slice(1))), ...ofAxes(shape, kernelOrder.slice(1))]),
    shapeOfAxes(shape, kernelOrder),
  );
  const bias = biasOf(lowerer, operator, channels, name, order);
  const options = {
    ...windowOptions(windows, padding),
    ...dilations,
    ...(isDepthwise ? { depth_multiplier: channels / groups } : {}),
  };
  const type = isDepthwise ? 'DEPTHWISE_CONV_2D' : 'CONV_2D';
  const stored = axes.map((axis) => (axis < 0 ? 1 : (outputShape[axis] as number)));
  const [batch = 1, , ...spatial] = outputShape;
  const pixels = product(spatial);
  const arrangement = canonical([
    { extent: batch, stride: channels * pixels },
    { extent: pixels, stride: 1 },
    ...along(order, pixels),
  ]);
  lowerer.define(output, lowerer.emit(type, [padded, kernel, bias], stored, options, { name }), arrangement);
}

/** Factors of an axis whose neighbours lie `stride` elements apart. */
function along(factors: readonly Factor[], stride: number): readonly Factor[] {
  return factors.map((factor) => ({ extent: factor.extent, stride: factor.stride * stride }));
}

/** Operators that a pixel shuffle may be behind: they take every element for itself. */
const elementwise = new Set(['Clip', 'Elu', 'LeakyRelu', 'Relu', 'Sigmoid', 'Tanh']);

/** The order in which whoever reads the output wants its channels: another than ONNX's before a pixel shuffle. */
function channelOrder(lowerer: Lowerer, output: TensorId, channels: number): readonly Factor[] {
  let reader = lowerer.soleReaderOf(output);
  while (reader !== undefined && elementwise.has(reader.type)) reader = lowerer.soleReaderOf(outputOf(reader));
  const block = reader && columnRowBlock(reader);
  return block === undefined ? [{ extent: channels, stride: 1 }] : rowColumnChannel(channels, block);
}

/** The bias, or zeros: LiteRT's fast kernels want one. */
export function biasOf(
  lowerer: Lowerer,
  operator: Operator,
  channels: number,
  name: string,
  order: readonly Factor[] = [{ extent: channels, stride: 1 }],
): TensorId {
  const id = operator.inputs[2];
  if (id !== undefined && id !== null) return lowerer.stored(id, canonical(order), [channels]);
  return lowerer.constant(`${name}/bias`, 'float32', [channels], new Float32Array(channels));
}
