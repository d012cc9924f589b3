import { concreteShape } from '../../../graph/access.ts';
import type { Tensor } from '../../../graph/graph.ts';
import { type Block, roundUp, walksKernelFirst } from './block.ts';
import { walksKernelFirstU85 } from './block-u85.ts';
import type { Timing } from './multipliers.ts';
import type { NpuOperation } from './npu-operation.ts';
import { sectionBits, sectionValues, streamBytes } from './weight-code.ts';
import { type WeightSource, type WeightWalk, walkedValues, walkWeights } from './weight-order.ts';

/** Bytes of scale and bias for each output channel. */
const scaleBytes = 10;
/** Sections that are coded; of larger weights the rest counts as these do. */
const mostSections = 8;

/** What the NPU reads of an operation's weights. */
export interface EncodedWeights {
  readonly weightBytes: number;
  readonly scaleBytes: number;
}

/** What of an operation, its block and its unit decides in which order weights are read. */
export interface EncodingQuestion {
  readonly operation: NpuOperation;
  readonly block: Block;
  readonly timing: Pick<Timing, 'isU85' | 'cores' | 'macs'>;
}

/**
 * Size of the weights of so many output channels from `first` on, as Vela writes them: coded in the order in which the NPU reads them, and ten bytes a channel for its bias and scale.
 * Of constants of 8 bits; others stay as large as they are.
 */
export function encodedWeights(
  weights: Tensor,
  question: EncodingQuestion,
  first = 0,
  channels = question.operation.ofm.c - first,
): EncodedWeights {
  const { operation, block, timing } = question;
  const { cores, isU85 } = timing;
  // An Ethos-U85 reads scales of whole micro-blocks, of 16 channels at least.
  const scales = roundUp((isU85 ? roundUp(channels, roundUp(block.micro.c, 16)) : channels) * scaleBytes, 16);
  const source = sourceOf(weights, operation, first, channels);
  if (source === undefined) {
    const share = channels / Math.max(1, operation.ofm.c);
    return { weightBytes: roundUp(Math.ceil((weights.data?.byteLength ?? 0) * share), 16), scaleBytes: scales };
  }
  const walk = isU85 ? walkU85(operation, block, timing.macs) : walkU55(operation, block);
  const streams = Math.min(cores, channels);
  const weightBytes = Array.from({ length: streams }, (_, stream) => codedBytes(source, walk, stream, streams));
  return {
    weightBytes: weightBytes.reduce((sum, bytes) => sum + bytes, 0),
    scaleBytes: isU85 ? scales : streams * roundUp(Math.ceil(channels / streams) * scaleBytes, 16),
  };
}

/** Bytes of one of the streams that as many cores share: each has its part of the output channels. */
function codedBytes(source: WeightSource, walk: WeightWalk, stream: number, streams: number): number {
  const own: WeightSource = {
    ...source,
    outputs: Math.ceil((source.outputs - stream) / streams),
    strides: { ...source.strides, output: source.strides.output * streams },
    valueAt: (element, output) => source.valueAt(element + stream * source.strides.output, output * streams + stream),
  };
  const ownWalk =
    streams === 1
      ? walk
      : {
          ...walk,
          outputBlock: Math.max(1, Math.ceil((walk.outputBlock - stream) / streams)),
          outputMicro: Math.max(1, Math.ceil(walk.outputMicro / streams)),
        };
  const section = new Int16Array(sectionValues);
  let held = 0;
  let coded = 0;
  let bits = 0;
  const close = (): void => {
    if (held === 0) return;
    bits += sectionBits(section.subarray(0, held));
    coded += held;
    held = 0;
  };
  walkWeights(own, ownWalk, (value) => {
    section[held] = value;
    held += 1;
    if (held === sectionValues) close();
    return coded < mostSections * sectionValues;
  });
  close();
  return streamBytes(coded === 0 ? 0 : (bits * walkedValues(own, ownWalk)) / coded);
}

/** `undefined` where they are no constants of 8 bits, or not as many as their shape says. */
function sourceOf(
  { data, dtype, shape, quantization }: Tensor,
  operation: NpuOperation,
  first: number,
  channels: number,
): WeightSource | undefined {
  const extents = concreteShape(shape) ?? [];
  const elements = extents.reduce((product, extent) => product * extent, 1);
  if (data === undefined || data.byteLength !== elements || (dtype !== 'int8' && dtype !== 'uint8')) return undefined;
  const [outputs = 1, height = 1, width = 1, inputs = 1] =
    extents.length >= 4 ? extents.slice(-4) : [extents[0], 1, 1, extents.slice(1).reduce((a, b) => a * b, 1)];
  const zeroPoints = quantization?.zeroPoint ?? [];
  const signed = dtype === 'int8' ? (value: number) => (value << 24) >> 24 : (value: number) => value;
  const zeroOf = (output: number): number => (zeroPoints.length > 1 ? zeroPoints[first + output] : zeroPoints[0]) ?? 0;
  // Filters of a depthwise convolution have their channels last.
  const isLast = operation.kind === 'depthwise' || (outputs === 1 && inputs === operation.ofm.c);
  const offset = first * (isLast ? 1 : height * width * inputs);
  const valueAt = (element: number, output: number): number =>
    Math.max(-255, Math.min(255, signed(data[offset + element] ?? 0) - zeroOf(output)));
  return isLast
    ? {
        outputs: Math.min(channels, inputs - first),
        inputs: 1,
        height,
        width,
        strides: { output: 1, input: 1, column: inputs, row: width * inputs },
        valueAt,
      }
    : {
        outputs: Math.min(channels, outputs - first),
        inputs,
        height,
        width,
        strides: { output: height * width * inputs, input: 1, column: inputs, row: width * inputs },
        valueAt,
      };
}

/** Windows of more than 8 rows or columns are cut. */
const windowOf = ({ kernel }: NpuOperation) => ({
  windowHeight: Math.max(1, Math.floor(8 / kernel.dilationH)),
  windowWidth: Math.max(1, Math.floor(8 / kernel.dilationW)),
});

const asConvolution = (operation: NpuOperation): NpuOperation => ({ ...operation, kind: 'convolution' });

function walkU55(operation: NpuOperation, { ofm, micro }: Block): WeightWalk {
  const isWide = operation.inputBits === 16;
  const isDepthwise = operation.kind === 'depthwise';
  const isPart = !isDepthwise && walksKernelFirst(asConvolution(operation));
  const inputBlock = isPart || isWide ? 16 : 32;
  return {
    isDepthwise,
    outputBlock: ofm.c,
    outputMicro: micro.c,
    inputBlock,
    inputGroup: isPart ? 8 : inputBlock,
    tapRound: isDepthwise ? 4 : isPart ? (isWide ? 2 : 4) : 1,
    ...windowOf(operation),
    tailZeros: 0,
  };
}

function walkU85(operation: NpuOperation, { ofm, ifm, micro }: Block, macs: number): WeightWalk {
  const isWide = operation.inputBits === 16;
  const isDepthwise = operation.kind === 'depthwise';
  const isPart = !isDepthwise && walksKernelFirstU85(asConvolution(operation));
  const inputBlock = roundUp(ifm.c, 8);
  return {
    isDepthwise,
    outputBlock: ofm.c,
    outputMicro: micro.c,
    inputBlock,
    inputGroup: isPart && isWide ? 8 : inputBlock,
    tapRound: isDepthwise ? 10 : isPart ? (isWide ? 10 : 5) : 1,
    ...windowOf(operation),
    tailZeros: isDepthwise && (isWide || macs > 256) ? (macs <= 512 ? 2 : 6) : 0,
  };
}
