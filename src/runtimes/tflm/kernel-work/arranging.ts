import { concreteShape, inputTensor } from '../../../graph/access.ts';
import type { NamedWork, Situation } from './work-rule.ts';

/** Operators that move data. `PAD`: `arm_pad_s8` fills and copies a row of the image at a time, by words where rows begin at a word, by bytes else. Resizing copies all channels of a position. */
export function arrangingWork({ graph, operator, type, build, inputs, outputs }: Situation): NamedWork | undefined {
  const shape = concreteShape(inputTensor(graph, operator, 0)?.shape) ?? [];
  const channels = shape.at(-1) ?? 1;
  if (operator.type === 'RESIZE_NEAREST_NEIGHBOR') {
    return { name: 'resize-nearest-neighbor', work: { perPixel: channels === 0 ? 0 : outputs / channels } };
  }
  if ((operator.type !== 'PAD' && operator.type !== 'PADV2') || type !== 'int8' || build.library !== 'cmsis-nn')
    return undefined;
  const rowBytes = channels * (shape.at(-2) ?? 1);
  return {
    name: 'pad',
    work: {
      perRow: rowBytes === 0 ? 0 : inputs / rowBytes,
      perPatch: channels % 4 === 0 ? 0 : inputs,
      perOutput: outputs,
    },
  };
}
