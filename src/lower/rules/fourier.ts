import { intAttribute } from '../../graph/access.ts';
import type { Operator } from '../../graph/graph.ts';
import { asInOnnx, at, product } from '../arrangement.ts';
import { inputOf, type Lowerer, type Lowerings, outputOf } from '../lowerer.ts';

/**
 * The short-time Fourier transform of a real signal as a convolution with windowed cosines and sines.
 *
 *     x [N, L] ─▶ STFT, step s ─▶ y [N, frames, bins, 2]      x [N, 1, L, 1] ─▶ CONV_2D, stride s ─▶ y [N, 1, frames, bins · 2]
 */
export const fourierLowerings: Lowerings = { STFT: shortTimeFourier };

function shortTimeFourier(lowerer: Lowerer, operator: Operator) {
  const [input, output] = [inputOf(operator, 0), outputOf(operator)];
  const shape = lowerer.shapeOf(input);
  const [batch = 1, length = 1, parts = 1] = shape;
  const [step] = lowerer.numbersOf(operator.inputs[1]) ?? [];
  const window = lowerer.numbersOf(operator.inputs[2]);
  const size = lowerer.numbersOf(operator.inputs[3])?.[0] ?? window?.length;
  const hasWindow = operator.inputs[2] !== undefined && operator.inputs[2] !== null;
  if (step === undefined || size === undefined || parts !== 1 || (hasWindow && window === undefined)) {
    return lowerer.refuse(operator, 'its signal is complex, or its step and window are computed by the model');
  }
  const bins = intAttribute(operator, 'onesided', 1) === 0 ? size : Math.floor(size / 2) + 1;
  const weights = new Float32Array(2 * bins * size);
  for (let bin = 0; bin < bins; bin++) {
    for (let place = 0; place < size; place++) {
      // The remainder keeps the angle small, and with it exact.
      const angle = (2 * Math.PI * ((bin * place) % size)) / size;
      const factor = window?.[place] ?? 1;
      weights[2 * bin * size + place] = factor * Math.cos(angle);
      weights[(2 * bin + 1) * size + place] = -factor * Math.sin(angle);
    }
  }
  const name = lowerer.nameOf(output);
  const to = lowerer.shapeOf(output);
  const signal = lowerer.stored(input, asInOnnx(shape), [batch, 1, length, 1]);
  const kernel = lowerer.constant(`${name}/weights`, 'float32', [2 * bins, 1, size, 1], weights);
  const bias = lowerer.constant(`${name}/bias`, 'float32', [2 * bins], new Float32Array(2 * bins));
  const options = { padding: 'VALID', stride_h: 1, stride_w: step, dilation_h_factor: 1, dilation_w_factor: 1 };
  const stored = [batch, 1, at(to, 1), product(to.slice(2))];
  lowerer.define(output, lowerer.emit('CONV_2D', [signal, kernel, bias], stored, options, { name }), asInOnnx(to));
}
