import { intAttribute, stringAttribute } from '../../graph/access.ts';
import type { Operator } from '../../graph/graph.ts';
import { type Arrangement, canonical, type Factor } from '../arrangement.ts';
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
  return operator.type === 'DepthToSpace' && isColumnRow(operator) ? intAttribute(operator, 'blocksize', 1) : undefined;
}

const isColumnRow = (operator: Operator): boolean => stringAttribute(operator, 'mode', 'DCR') === 'CRD';

function depthToSpace(lowerer: Lowerer, operator: Operator) {
  const [input, output] = [inputOf(operator, 0), outputOf(operator)];
  const shape = lowerer.shapeOf(input);
  const [batch = 1, channels = 1, height = 1, width = 1] = shape;
  const block = columnRowBlock(operator);
  const order = block === undefined ? ofAxes(shape, imageOrder) : columnRow(shape, block);
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
  const block = intAttribute(operator, 'blocksize', 1);
  const from = lowerer.withAxes(input, imageOrder);
  const shape = imageOrder.map((axis) => to[axis] as number);
  const name = lowerer.nameOf(output);
  const result = lowerer.emit('SPACE_TO_DEPTH', [from], shape, { block_size: block }, { name });
  lowerer.define(output, result, isColumnRow(operator) ? columnRow(to, block) : ofAxes(to, imageOrder));
}

/** Channels last, and those of mode CRD in the order of DCR. */
function columnRow(shape: readonly number[], block: number): Arrangement {
  const [batch = 1, channels = 1, height = 1, width = 1] = shape;
  const pixels = height * width;
  return canonical([
    { extent: batch, stride: channels * pixels },
    { extent: pixels, stride: 1 },
    ...rowColumnChannel(channels, block).map(({ extent, stride }) => ({ extent, stride: stride * pixels })),
  ]);
}
