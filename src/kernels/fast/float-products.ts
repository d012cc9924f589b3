import type { Range } from '../arithmetic/activation.ts';
import type { Value } from '../values.ts';
import { channelBlocks } from './channel-blocks.ts';
import type { FastMemory, ImageKernel } from './memory.ts';
import { bytesOf } from './memory.ts';
import type { Sums } from './products.ts';

/** Channels that are computed together: as many as two vectors hold of what is summed up. */
const blockChannelsOf = { device: 4, single: 8 } as const;

/** Places the weights as assembly/float.ts and assembly/single.ts read them, of a depthwise convolution too; gives the plan's address. */
export function placeFloatProducts(
  memory: FastMemory,
  sums: Sums,
  channels: number,
  bias: Value | undefined,
  range: Range,
): number {
  const { windowStarts, runStarts, runElements } = sums;
  const { values, channelPitch, elementPitch } = sums.weights;
  const blockChannels = blockChannelsOf[memory.floats];
  const blocks = channelBlocks(channels, blockChannels);
  const packedElements = blocks.length * runStarts.length * runElements * blockChannels;
  const packed = memory.floats === 'device' ? new Float64Array(packedElements) : new Float32Array(packedElements);
  const biases = new Float32Array(blocks.length * blockChannels);
  for (const [block, first] of blocks.entries()) {
    for (let lane = 0; lane < Math.min(blockChannels, channels - first); lane++) {
      let at = block * runStarts.length * runElements * blockChannels + lane;
      let from = (first + lane) * channelPitch;
      for (let element = 0; element < runStarts.length * runElements; element++, from += elementPitch) {
        packed[at] = values[from] as number;
        at += blockChannels;
      }
      biases[block * blockChannels + lane] = Number(bias?.values[first + lane] ?? 0);
    }
  }
  const plan = Int32Array.of(
    memory.place(windowStarts),
    windowStarts.length,
    memory.place(runStarts),
    runStarts.length,
    runElements,
    memory.place(packed),
    memory.place(biases),
    memory.place(blocks),
    blocks.length,
    channels,
    0,
    0,
  );
  bytesOf(plan).set(bytesOf(Float32Array.of(range.min, range.max)), 40);
  return memory.place(plan);
}

/** The kernel of all channels of all pixels, each from all input channels. */
export function multiplyFloats({ kernels, floats }: FastMemory): ImageKernel {
  return floats === 'device' ? kernels.multiplyFloat : kernels.multiplySingle;
}

/** The kernel of all channels of all pixels, each from its own input channel. */
export function depthwiseFloats({ kernels, floats }: FastMemory): ImageKernel {
  return floats === 'device' ? kernels.depthwiseFloat : kernels.depthwiseSingle;
}
