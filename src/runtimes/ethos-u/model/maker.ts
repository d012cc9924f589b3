import { elementBits } from '../../../graph/data-type.ts';
import type { Tensor } from '../../../graph/graph.ts';
import { atLeastFour, heightWidthChannels, type OperatorView } from '../support/view.ts';
import { type NpuOperation, unitKernel, type Volume } from './npu-operation.ts';

/** What makers of operations are given besides the view. */
export interface Facts {
  readonly ifm: Volume;
  readonly ofm: Volume;
  readonly bits: Pick<NpuOperation, 'inputBits' | 'outputBits'>;
}

/** Gives the operations of one operator. */
export type Maker = (view: OperatorView, facts: Facts) => readonly NpuOperation[];

/** Extents of the first input and output, and their bits. */
export function factsOf({ inputs, outputs }: OperatorView): Facts {
  return {
    ifm: volumeOf(inputs[0]),
    ofm: volumeOf(outputs[0]),
    bits: { inputBits: elementBits(inputs[0]?.dtype ?? 'int8'), outputBits: elementBits(outputs[0]?.dtype ?? 'int8') },
  };
}

/** Axes before the height count as height; nothing counts as less than 1. */
export function volumeOf(tensor: Tensor | undefined): Volume {
  const { width, channels } = heightWidthChannels(tensor);
  const outer = atLeastFour(tensor).slice(0, -2);
  const atLeastOne = (extent: number): number => Math.max(1, extent);
  return {
    h: atLeastOne(outer.reduce((product, extent) => product * extent, 1)),
    w: atLeastOne(width),
    c: atLeastOne(channels),
  };
}

/** What most operations have. */
export const defaults = { output: 'other', activation: 'none', kernel: unitKernel, upscale: 1 } as const;
