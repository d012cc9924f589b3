import { intAttribute, stringAttribute } from '../../graph/access.ts';
import type { Operator } from '../../graph/graph.ts';
import { canonical, type Factor } from '../arrangement.ts';
import { ofAxes } from '../axes.ts';
import { inputOf, type Lowerer, type Lowerings, outputOf } from '../lowerer.ts';

/**
 * Channels to squares of pixels and back. TensorFlow Lite's channels are ordered as ONNX's mode DCR: row, column, channel.
 *
 *     x ─▶ Conv ─▶ DepthToSpace, CRD ─▶ y      x ─▶ CONV_2D, channels in the order DCR ─▶ DEPTH_TO_SPACE ─▶ y
 *
 * Mode CRD (PyTorch's pixel shuffle) has channel, row, column: the convolution in front writes its channels in the other order.
 */
export const depthAndSpaceLowerings: Lowerings = { DepthToSpace: depthToSpace, SpaceToDepth: spaceToDepth };

const imageOrder = [0, 2, 3, 1];

/** Channels of mode CRD in the order of DCR, in factors of the channel axis. */
export function rowColumnChannel(channels: number, block: number): readonly Factor[] {
  return [
    { extent: block, stride: block },
    { extent: block, stride: 1 },
    { extent: channels / (block * block), stride: block * block },
  ];
}

/** The block size of a DepthToSpace in mode CRD; `undefined` for other operators. */
export function columnRowBlock(operator: Operator): number | undefined {
  const isCrd = operator.type === 'DepthToSpace' && stringAttribute(operator, 'mode', 'DCR') === 'CRD';
  return isCrd ? intAttribute(operator, 'blocksize', 1) : undefined;
}

function depthToSpace(lowerer: Lowerer, operator: Operator) {
  const [input, output] = [inputOf(operator, 0), outputOf(operator)];
  const shape = lowerer.shapeOf(input);
  const [batch = 1, channels = 1, height = 1, width = 1] = shape;
  const block = columnRowBlock(operator);
  const pixels = height * width;
  const order =
    block === undefined
      ? ofAxes(shape, imageOrder)
      : canonical([
          { extent: batch, stride: channels * pixels },
          { extent: pixels, stride: 1 },
          ...rowColumnChannel(channels, block).map(({ extent, stride }) => ({ extent, stride: stride * pixels })),
        ]);
  const from = lowerer.stored(input, order, [batch, height, width, channels]);
  const to = lowerer.shapeOf(output);
  const options = { block_size: intAttribute(operator, 'blocksize', 1) };
  const result = imageOrder.map((axis) => to[axis] as number);
  const name = lowerer.nameOf(output);
  lowerer.defineAxes(output, lowerer.emit('DEPTH_TO_SPACE', [from], result, options, { name }), imageOrder);
}

function spaceToDepth(lowerer: Lowerer, operator: Operator) {
  const [input, output] = [inputOf(operator, 0), outputOf(operator)];
  const to = lowerer.shapeOf(output);
  const options = { block_size: intAttribute(operator, 'blocksize', 1) };
  const from = lowerer.withAxes(input, imageOrder);
  const result = imageOrder.map((axis) => to[axis] as number);
  const name = lowerer.nameOf(output);
  lowerer.defineAxes(output, lowerer.emit('SPACE_TO_DEPTH', [from], result, options, { name }), imageOrder);
}
