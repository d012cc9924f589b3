import { intAttribute } from '../graph/access.ts';
import { sameType } from './accept.ts';
import type { Range } from './arithmetic/activation.ts';
import { clamp, floatActivation } from './arithmetic/activation.ts';
import type { Kernel } from './kernel.ts';
import { float32, input, output } from './refuse.ts';
import type { Window } from './window.ts';
import { windowOf } from './window.ts';

/** L2_POOL_2D: the root of the mean square of what the window covers of the image; float32 alone. */
export const l2Pool: Kernel = (node) => {
  const from = input(node, 0);
  const to = output(node);
  sameType(node, from, to);
  const height = intAttribute(node.operator, 'filter_height', 1);
  const width = intAttribute(node.operator, 'filter_width', 1);
  const window = windowOf(node, from, to, height, width);
  const range = floatActivation(node.operator);
  const source = float32(node, from);
  const target = float32(node, to);
  return () => pool(source, target, window, range);
};

function pool(from: Float32Array, to: Float32Array, window: Window, { min, max }: Range): void {
  const { batches, inputHeight, inputWidth, inputChannels: channels, outputHeight, outputWidth } = window;
  let next = 0;
  for (let batch = 0; batch < batches; batch += 1) {
    for (let y = 0; y < outputHeight; y += 1) {
      for (let x = 0; x < outputWidth; x += 1) {
        const top = y * window.strideHeight - window.padTop;
        const left = x * window.strideWidth - window.padLeft;
        const bottom = Math.min(top + window.kernelHeight, inputHeight);
        const right = Math.min(left + window.kernelWidth, inputWidth);
        for (let channel = 0; channel < channels; channel += 1) {
          let squares = 0;
          let count = 0;
          for (let row = Math.max(0, top); row < bottom; row += 1) {
            for (let column = Math.max(0, left); column < right; column += 1) {
              const value = from[((batch * inputHeight + row) * inputWidth + column) * channels + channel] as number;
              squares = Math.fround(squares + Math.fround(value * value));
              count += 1;
            }
          }
          to[next++] = clamp(Math.fround(Math.sqrt(Math.fround(squares / count))), min, max);
        }
      }
    }
  }
}
