import { concreteShape, inputTensor, intAttribute, outputTensor, stringAttribute } from '../../../graph/access.ts';
import { paddingBefore } from '../convolution.ts';
import { positionsInside } from './window.ts';
import type { NamedWork, Situation } from './work-rule.ts';

/** Pooling: windows inside the input, for all channels of a position at a time in CMSIS-NN (by fours with DSP instructions, by sixteens with MVE), for one at a time in the reference loops. */
export function poolingWork({ graph, operator, type, build, outputs }: Situation): NamedWork | undefined {
  if (!operator.type.endsWith('POOL_2D')) return undefined;
  const name = operator.type.toLowerCase().replaceAll('_', '-');
  const input = concreteShape(inputTensor(graph, operator, 0)?.shape);
  const output = concreteShape(outputTensor(graph, operator)?.shape);
  if (input?.length !== 4 || output?.length !== 4) return { name, work: {} };
  const axis = (position: 1 | 2, filterName: string, strideName: string) => {
    const [filter, stride] = [intAttribute(operator, filterName, 1), intAttribute(operator, strideName, 1)];
    const extent = input[position] ?? 0;
    const isSame = stringAttribute(operator, 'padding', 'VALID') === 'SAME';
    const padding = isSame ? paddingBefore(extent, filter, stride, 1) : 0;
    return { input: extent, output: output[position] ?? 0, filter, stride, dilation: 1, padding };
  };
  const [batch = 1, height = 0, width = 0, channels = 0] = output;
  const rows = positionsInside(axis(1, 'filter_height', 'stride_h'));
  const taps = batch * rows * positionsInside(axis(2, 'filter_width', 'stride_w'));
  const pixels = batch * height * width;
  if (type === 'float32' || build.library !== 'cmsis-nn')
    return { name, work: { perPatch: taps * channels, perRow: batch * rows * width * channels } };
  const lanes = build.vectors === 'mve' ? 16 : 4;
  return {
    name,
    work: {
      perPixel: pixels,
      perTap: taps,
      perTapVector: taps * Math.ceil(channels / lanes),
      perOutputBlock: pixels * Math.ceil(channels / lanes),
      perOutput: outputs,
    },
  };
}
