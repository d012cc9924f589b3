import { roundUp } from './block.ts';

/** Weights as they lie in the model: what one step along each extent is, in elements. */
export interface WeightSource {
  readonly outputs: number;
  readonly inputs: number;
  readonly height: number;
  readonly width: number;
  readonly strides: { readonly output: number; readonly input: number; readonly row: number; readonly column: number };
  /** The weight at an element, its zero point taken off. */
  readonly valueAt: (element: number, output: number) => number;
}

/** How the NPU walks over them. */
export interface WeightWalk {
  readonly isDepthwise: boolean;
  /** Output channels of a block, and of what is computed at once. */
  readonly outputBlock: number;
  readonly outputMicro: number;
  /** Input channels of a block, and of those that are walked through before the next output channels: multiples of 8. */
  readonly inputBlock: number;
  readonly inputGroup: number;
  /** Filter positions come in so many. */
  readonly tapRound: number;
  /** Sides of the parts that a larger window is cut into. */
  readonly windowHeight: number;
  readonly windowWidth: number;
  /** Zeros that are added for each output channel to a set of filter positions: an Ethos-U85 of more than 256 multipliers, depthwise. */
  readonly tailZeros: number;
}

/** Input channels that are multiplied at once. */
const inputMicro = 8;

/** How many values the NPU is given of so many output channels, with the zeros that fill its blocks. */
export function walkedValues({ outputs, inputs, height, width }: WeightSource, walk: WeightWalk): number {
  const { outputBlock, outputMicro, inputBlock, inputGroup, isDepthwise, tapRound, tailZeros } = walk;
  const along = (extent: number, block: number, micro: number): number =>
    Math.floor(extent / block) * roundUp(block, micro) + roundUp(extent % block, micro);
  const deep = isDepthwise ? 1 : along(inputs, inputBlock, inputGroup);
  const taps = windowsOf(height, width, walk).reduce(
    (sum, { h, w }) => sum + roundUp(h * w, tapRound) + Math.ceil((h * w) / tapRound) * tailZeros,
    0,
  );
  return along(outputs, outputBlock, outputMicro) * deep * taps;
}

/**
 * Gives `take` all weights in the order in which the NPU reads them, zeros where its blocks are not filled, until it answers false.
 * The order is a fact of the hardware (the weight orderings of Vela's compilation core); in which direction it goes through a block is left aside, as no length of the coded stream hangs on it.
 */
export function walkWeights(source: WeightSource, walk: WeightWalk, take: (value: number) => boolean): void {
  const { outputs, inputs, height, width, strides, valueAt } = source;
  const { isDepthwise, outputBlock, outputMicro, inputBlock, inputGroup, tapRound, tailZeros } = walk;
  const windows = windowsOf(height, width, walk);
  const depth = isDepthwise ? 1 : inputs;
  const group = isDepthwise ? 1 : inputGroup;
  const micro = isDepthwise ? 1 : inputMicro;
  const zeros = (count: number): boolean => {
    for (let index = 0; index < count; index += 1) if (!take(0)) return false;
    return true;
  };
  for (let block = 0; block < outputs; block += outputBlock) {
    const blockEnd = Math.min(block + outputBlock, outputs);
    for (let deep = 0; deep < depth; deep += inputBlock) {
      const deepEnd = Math.min(deep + inputBlock, depth);
      for (const { y, x, h, w } of windows) {
        for (let outer = deep; outer < deepEnd; outer += group) {
          for (let first = block; first < blockEnd; first += outputMicro) {
            for (let tap = 0; tap < h * w; tap += 1) {
              const at = (y + Math.floor(tap / w)) * strides.row + (x + (tap % w)) * strides.column;
              for (let inner = outer; inner < outer + group; inner += micro) {
                for (let output = first; output < first + outputMicro; output += 1) {
                  for (let input = inner; input < inner + micro; input += 1) {
                    const isThere = output < outputs && input < depth;
                    const element = at + output * strides.output + input * strides.input;
                    if (!take(isThere ? valueAt(element, output) : 0)) return;
                  }
                }
              }
            }
            const missing = roundUp(h * w, tapRound) - h * w;
            const tails = Math.ceil((h * w) / tapRound) * tailZeros;
            if (!zeros((missing + tails) * group * outputMicro)) return;
          }
        }
      }
    }
  }
}

/** The parts of a window: corner and extents. */
function windowsOf(
  height: number,
  width: number,
  { windowHeight, windowWidth }: WeightWalk,
): readonly { readonly y: number; readonly x: number; readonly h: number; readonly w: number }[] {
  const cuts = (extent: number, side: number): readonly number[] =>
    Array.from({ length: Math.ceil(extent / side) }, (_, index) => index * side);
  return cuts(height, windowHeight).flatMap((y) =>
    cuts(width, windowWidth).map((x) => ({
      y,
      x,
      h: Math.min(windowHeight, height - y),
      w: Math.min(windowWidth, width - x),
    })),
  );
}
