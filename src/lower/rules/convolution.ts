import type { Operator, TensorId } from '../../graph/graph.ts';
import { inputOf, type Lowerer, type Lowerings, outputOf } from '../lowerer.ts';
import { groupsOf, imageAxes, paddingFor, padImage, windowAxesOf, windowOptions } from '../windows.ts';

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
  const kernel = lowerer.withAxes(weights, isDepthwise ? [1, ...kernelAxes, 0] : [0, ...kernelAxes, 1]);
  const bias = biasOf(lowerer, operator, channels, name);
  const options = {
    ...windowOptions(windows, padding),
    ...dilations,
    ...(isDepthwise ? { depth_multiplier: channels / groups } : {}),
  };
  const type = isDepthwise ? 'DEPTHWISE_CONV_2D' : 'CONV_2D';
  const stored = axes.map((axis) => (axis < 0 ? 1 : (outputShape[axis] as number)));
  lowerer.defineAxes(output, lowerer.emit(type, [padded, kernel, bias], stored, options, { name }), axes);
}

/** The bias, or zeros: LiteRT's fast kernels want one. */
export function biasOf(lowerer: Lowerer, operator: Operator, channels: number, name: string): TensorId {
  const id = operator.inputs[2];
  if (id !== undefined && id !== null) return lowerer.stored(id, lowerer.native(id).arrangement, [channels]);
  return lowerer.constant(`${name}/bias`, 'float32', [channels], new Float32Array(channels));
}
