import { floatAttribute, intAttribute } from '../../graph/access.ts';
import type { Operator, TensorId } from '../../graph/graph.ts';
import { at } from '../arrangement.ts';
import { inputOf, type Lowerer, outputOf } from '../lowerer.ts';
import { scalar } from './elementwise.ts';

/**
 * x · (k + α/n · sum of x² over n channels)^-β. The sum over neighbouring channels is a 1×1 convolution.
 *
 *     x ─▶ LRN, β 0.75 ─▶ y      x NHWC ─┬─▶ MUL x ─▶ CONV_2D, band of α/n, bias k ─▶ RSQRT ─▶ MUL its SQRT ─▶ MUL ─▶ y NHWC
 *                                        └───────────────────────────────────────────────────────────────────────▲
 */
export function localResponseNormalization(lowerer: Lowerer, operator: Operator) {
  const [input, output] = [inputOf(operator, 0), outputOf(operator)];
  const axes = [0, 2, 3, 1];
  const tensor = lowerer.withAxes(input, axes);
  const shape = lowerer.tensorShape(tensor);
  const name = lowerer.nameOf(output);
  const [channels, size] = [at(shape, 3), intAttribute(operator, 'size', 1)];
  const factor = floatAttribute(operator, 'alpha', 1e-4) / size;
  const [before, behind] = [Math.floor((size - 1) / 2), Math.ceil((size - 1) / 2)];
  const band = Float32Array.from({ length: channels * channels }, (_, index) => {
    const distance = (index % channels) - Math.floor(index / channels);
    return distance >= -before && distance <= behind ? factor : 0;
  });
  const weights = lowerer.constant(`${name}/band`, 'float32', [channels, 1, 1, channels], band);
  const offset = new Float32Array(channels).fill(floatAttribute(operator, 'bias', 1));
  const bias = lowerer.constant(`${name}/bias`, 'float32', [channels], offset);
  const step = (type: string, ...inputs: readonly TensorId[]) =>
    lowerer.emit(type, inputs, shape, {}, { name: `${name}/${type.toLowerCase()}` });
  const options = { padding: 'VALID', stride_h: 1, stride_w: 1, dilation_h_factor: 1, dilation_w_factor: 1 };
  const sums = lowerer.emit('CONV_2D', [step('MUL', tensor, tensor), weights, bias], shape, options, {
    name: `${name}/sums`,
  });
  const beta = floatAttribute(operator, 'beta', 0.75);
  const power = () => {
    const root = step('RSQRT', sums);
    if (beta === 0.5) return root;
    if (beta === 0.75) return step('MUL', root, step('SQRT', root));
    return step('EXP', step('MUL', step('LOG', sums), scalar(lowerer, -beta)));
  };
  lowerer.defineAxes(output, lowerer.emit('MUL', [tensor, power()], shape, {}, { name }), axes);
}
