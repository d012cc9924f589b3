import { constantNumbers } from '../graph/constant-numbers.ts';
import type { Quantization, Tensor } from '../graph/graph.ts';
import type { Node } from './graph-view.ts';

/** ONNX operators whose weights have scale and zero point at other inputs, by the weights' position. */
const beside: Readonly<Record<string, Readonly<Record<number, readonly [scale: number, zeroPoint: number]>>>> = {
  QLinearConv: { 3: [4, 5] },
  QLinearMatMul: { 3: [4, 5] },
  QGemm: { 3: [4, 5] },
};

/** What the integers of an operator's weights stand for; `undefined` for floats, and where it is not in the file. */
export function quantizationOf({ operator, scales }: Node, position: number, tensor: Tensor): Quantization | undefined {
  if (tensor.quantization !== undefined)
    return tensor.quantization.scale.length === 0 ? undefined : tensor.quantization;
  const places = Object.hasOwn(beside, operator.type) ? beside[operator.type]?.[position] : undefined;
  const [scaleAt, zeroAt] = places ?? [];
  const scaleTensor = scaleAt === undefined ? undefined : scales.get(scaleAt);
  const scale = scaleTensor === undefined ? undefined : constantNumbers(scaleTensor);
  if (scale === undefined || scale.length === 0) return undefined;
  const zeroTensor = zeroAt === undefined ? undefined : scales.get(zeroAt);
  const zeroPoint = (zeroTensor === undefined ? undefined : constantNumbers(zeroTensor)) ?? scale.map(() => 0);
  // Convolutions have one scale per output channel, matrix products one per column.
  const axis = operator.type === 'QLinearConv' ? 0 : Math.max(0, (tensor.shape?.length ?? 0) - 1);
  return { scale, zeroPoint, axis };
}
