import { concreteShape, intAttribute, intsAttribute, stringAttribute, tensorAt } from '../graph/access.ts';
import type { Graph } from '../graph/graph.ts';
import type { WeightedLayer } from './layer-weights.ts';

/** How a layer's filter moves over its input; dense layers are filters of 1 × 1 over an image of one row. */
export interface PatchWindow {
  readonly channels: number;
  readonly isChannelsLast: boolean;
  readonly inputHeight: number;
  readonly inputWidth: number;
  readonly kernelHeight: number;
  readonly kernelWidth: number;
  readonly strideHeight: number;
  readonly strideWidth: number;
  readonly dilationHeight: number;
  readonly dilationWidth: number;
  readonly padTop: number;
  readonly padLeft: number;
  readonly outputHeight: number;
  readonly outputWidth: number;
}

/** The window of a layer for one sample; `undefined` for transposed convolutions, more than two spatial axes, batches, and shapes that are not known. */
export function patchWindow(graph: Graph, layer: WeightedLayer): PatchWindow | undefined {
  const input = concreteShape(tensorAt(graph, layer.input).shape);
  const output = concreteShape(tensorAt(graph, layer.output).shape);
  if (input === undefined || output === undefined || layer.kind === 'transposed') return undefined;
  const { operator, inputChannels: channels } = layer;
  const elements = input.reduce((product, extent) => product * extent, 1);
  const still = { strideHeight: 1, strideWidth: 1, dilationHeight: 1, dilationWidth: 1, padTop: 0, padLeft: 0 };
  if (layer.kind === 'dense') {
    const rows = elements / channels;
    const size = {
      inputHeight: 1,
      inputWidth: rows,
      kernelHeight: 1,
      kernelWidth: 1,
      outputHeight: 1,
      outputWidth: rows,
    };
    return Number.isInteger(rows) ? { channels, isChannelsLast: true, ...size, ...still } : undefined;
  }
  if (input[0] !== 1) return undefined;
  const isChannelsLast = graph.dialect === 'tflite';
  const spatial = (shape: readonly number[]): readonly number[] | undefined => {
    const extents = isChannelsLast ? shape.slice(1, -1) : shape.slice(2);
    return extents.length === 1 ? [1, ...extents] : extents.length === 2 ? extents : undefined;
  };
  const from = spatial(input);
  const to = spatial(output);
  const kernel = spatial(layer.weightsShape);
  if (from === undefined || to === undefined || kernel === undefined) return undefined;
  const [inputHeight = 1, inputWidth = 1] = from;
  const [outputHeight = 1, outputWidth = 1] = to;
  const [kernelHeight = 1, kernelWidth = 1] = kernel;
  const size = { inputHeight, inputWidth, outputHeight, outputWidth, kernelHeight, kernelWidth };
  const isFlat = input.length === 3;
  const pair = (values: readonly number[] | undefined, fallback: number): readonly [number, number] =>
    isFlat ? [fallback, values?.[0] ?? fallback] : [values?.[0] ?? fallback, values?.[1] ?? fallback];
  const [strideHeight, strideWidth] = isChannelsLast
    ? [intAttribute(operator, 'stride_h', 1), intAttribute(operator, 'stride_w', 1)]
    : pair(intsAttribute(operator, 'strides'), 1);
  const [dilationHeight, dilationWidth] = isChannelsLast
    ? [intAttribute(operator, 'dilation_h_factor', 1), intAttribute(operator, 'dilation_w_factor', 1)]
    : pair(intsAttribute(operator, 'dilations'), 1);
  const automatic = isChannelsLast
    ? stringAttribute(operator, 'padding', 'SAME')
    : stringAttribute(operator, 'auto_pad', 'NOTSET');
  const same = (inputs: number, outputs: number, filter: number, stride: number, dilation: number): number => {
    const total = Math.max(0, (outputs - 1) * stride + (filter - 1) * dilation + 1 - inputs);
    return automatic === 'SAME_LOWER' ? Math.ceil(total / 2) : Math.floor(total / 2);
  };
  const [padTop, padLeft] = automatic.startsWith('SAME')
    ? [
        same(inputHeight, outputHeight, kernelHeight, strideHeight, dilationHeight),
        same(inputWidth, outputWidth, kernelWidth, strideWidth, dilationWidth),
      ]
    : isChannelsLast || automatic === 'VALID'
      ? [0, 0]
      : pair(intsAttribute(operator, 'pads'), 0);
  const steps = { strideHeight, strideWidth, dilationHeight, dilationWidth };
  return { channels, isChannelsLast, ...size, ...steps, padTop, padLeft };
}

/** Elements of a patch: `position · channels + channel`, as {@link WeightPlaces.column} counts them. */
export function patchLength(window: PatchWindow): number {
  return window.kernelHeight * window.kernelWidth * window.channels;
}

/** Writes what the filter covers at output position (`y`, `x`) into `patch`; 0 outside the image. */
export function gatherPatch(
  values: Float32Array,
  window: PatchWindow,
  y: number,
  x: number,
  patch: Float64Array,
): void {
  const { channels, isChannelsLast, inputHeight, inputWidth, kernelHeight, kernelWidth } = window;
  const channelStep = isChannelsLast ? 1 : inputHeight * inputWidth;
  const placeStep = isChannelsLast ? channels : 1;
  let next = 0;
  for (let row = 0; row < kernelHeight; row += 1) {
    const fromY = y * window.strideHeight - window.padTop + row * window.dilationHeight;
    for (let across = 0; across < kernelWidth; across += 1) {
      const fromX = x * window.strideWidth - window.padLeft + across * window.dilationWidth;
      if (fromY < 0 || fromY >= inputHeight || fromX < 0 || fromX >= inputWidth) {
        patch.fill(0, next, next + channels);
        next += channels;
        continue;
      }
      let at = (fromY * inputWidth + fromX) * placeStep;
      for (let channel = 0; channel < channels; channel += 1, at += channelStep) patch[next++] = values[at] as number;
    }
  }
}

/** Adds to each element of `sums` what it is in the patches of all output positions: as if each were gathered, without doing so. */
export function addPatches(values: Float32Array, window: PatchWindow, sums: Float64Array): void {
  const { channels, inputHeight, inputWidth, kernelHeight, kernelWidth } = window;
  const { isChannelsLast, strideHeight, strideWidth, dilationHeight, dilationWidth, padTop, padLeft } = window;
  for (let place = 0; place < kernelHeight * kernelWidth; place += 1) {
    const row = Math.floor(place / kernelWidth) * dilationHeight - padTop;
    const across = (place % kernelWidth) * dilationWidth - padLeft;
    const [firstX, endX] = inside(across, strideWidth, inputWidth, window.outputWidth);
    const [firstY, endY] = inside(row, strideHeight, inputHeight, window.outputHeight);
    for (let y = firstY; y < endY; y += 1) {
      const line = (y * strideHeight + row) * inputWidth + across;
      if (isChannelsLast) {
        for (let x = firstX; x < endX; x += 1) {
          const from = (line + x * strideWidth) * channels;
          for (let channel = 0; channel < channels; channel += 1)
            (sums[place * channels + channel] as number) += values[from + channel] as number;
        }
      } else {
        for (let channel = 0; channel < channels; channel += 1) {
          const from = channel * inputHeight * inputWidth + line;
          let sum = sums[place * channels + channel] as number;
          for (let x = firstX; x < endX; x += 1) sum += values[from + x * strideWidth] as number;
          sums[place * channels + channel] = sum;
        }
      }
    }
  }
}

/** Output positions, from and before which, whose input `position · stride + offset` lies in the image. */
function inside(offset: number, stride: number, input: number, output: number): readonly [number, number] {
  const first = Math.max(0, Math.ceil(-offset / stride));
  return [first, Math.min(output, Math.floor((input - 1 - offset) / stride) + 1)];
}
