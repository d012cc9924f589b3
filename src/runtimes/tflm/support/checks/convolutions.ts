import { stringAttribute } from '../../../../graph/access.ts';
import { affineOf, scaleOf, zeroPointOf } from '../affine.ts';
import { dataType, type Place, tensorOf } from '../rule.ts';
import { counted } from '../words.ts';
import { type OwnRules, ownRule, shapeOf } from './own-rule.ts';

const quantised = (place: Place) => ['int8', 'int16'].includes(dataType(place) ?? '');

/** Rules of kernels that multiply with weights. */
export const convolutionRules: OwnRules = {
  'same-batches': ownRule('unsupported-shape', 'needs as many batches in `output` as in `input`', (place) => {
    const [input] = shapeOf(place, 'input') ?? [];
    const [output] = shapeOf(place, 'output') ?? [];
    return input === output ? undefined : `there are ${output} and ${input}`;
  }),
  'grouped-channels': ownRule(
    'unsupported-shape',
    'needs channels of `input` that are a multiple of those of `weights`',
    (place) => {
      const input = shapeOf(place, 'input')?.[3];
      const weights = shapeOf(place, 'weights')?.[3];
      if (input === undefined || weights === undefined) return undefined;
      return weights > 0 && input % weights === 0 ? undefined : `there are ${input} and ${weights}`;
    },
  ),
  'scales-per-filter': scalesRule('one for each of its filters', 0),
  'scales-per-channel': scalesRule('one for each of its channels', 3),
  'scales-per-row': ownRule(
    'unsupported-quantisation',
    'takes more than one scale of `weights` only for int8 with int8, and then one for each of its rows',
    (place) => {
      const weights = tensorOf(place, 'weights');
      const affine = weights === undefined ? undefined : affineOf(weights);
      if (weights === undefined || affine === undefined || !quantised(place) || affine.scale.length === 1) {
        return undefined;
      }
      if (dataType(place) !== 'int8' || weights.dtype !== 'int8') {
        return `there are ${affine.scale.length}, and it computes in ${dataType(place)} with ${weights.dtype}`;
      }
      const rows = shapeOf(place, 'weights')?.[affine.axis];
      return rows === affine.scale.length ? undefined : `there are ${affine.scale.length}`;
    },
  ),
  'wide-bias': ownRule('unsupported-type', 'takes int32 or int64 as `bias` when it computes in int16', (place) => {
    const bias = tensorOf(place, 'bias')?.dtype;
    if (dataType(place) !== 'int16' || bias === undefined) return undefined;
    return bias === 'int32' || bias === 'int64' ? undefined : `it is ${bias}`;
  }),
  // Source: Prepare in esp_nn/depthwise_conv.cc, espressif/esp-tflite-micro 99f49e1.
  'multiplied-channels': ownRule(
    'unsupported-shape',
    'needs `weights` of [1, height, width, channels] and channels that are a multiple of those of `input`',
    (place) => {
      const [input, weights] = [shapeOf(place, 'input')?.[3], shapeOf(place, 'weights')];
      if (input === undefined || weights === undefined) return undefined;
      const fits = weights[0] === 1 && input > 0 && (weights[3] ?? 0) % input === 0;
      return fits ? undefined : `they are [${weights.join(', ')}], for ${counted(input, 'channel')}`;
    },
  ),
  // Source: CalculateOpDataDepthwiseConv in depthwise_conv_common.cc, which frees a description that there is not.
  'bias-or-two-inputs': ownRule('unsupported-operator', 'takes two inputs where it has no `bias`', ({ operator }) =>
    operator.inputs.length > 2 && operator.inputs[2] === null ? 'there are three, the third left out' : undefined,
  ),
  // Source: CalculateOpData in cmsis_nn/transpose_conv.cc, which looks at the type of a bias that there is not.
  'bias-of-words': ownRule('unsupported-operator', 'needs a `bias` when it computes in int16', (place) =>
    dataType(place) !== 'int16' || tensorOf(place, 'bias') !== undefined ? undefined : 'there is none',
  ),
  // Source of the 0.02: GetQuantizedConvolutionMultipler, lite/kernels/kernel_util.cc.
  'bias-scale': ownRule(
    'unsupported-quantisation',
    'needs a scale of `bias` that is the product of those of `input` and `weights`, but for 2 % of the scale of `output`',
    (place) => {
      const [input, weights, bias, output] = ['input', 'weights', 'bias', 'output'].map((name) =>
        tensorOf(place, name),
      );
      if (!input || !weights || !bias || !output || !quantised(place)) return undefined;
      if ((affineOf(weights)?.scale.length ?? 0) > 1) return undefined;
      const wanted = scaleOf(input) * scaleOf(weights);
      const isNear = Math.abs(wanted - scaleOf(bias)) / scaleOf(output) <= 0.02;
      return isNear ? undefined : `it is ${scaleOf(bias)} and the product ${wanted}`;
    },
  ),
  'activation-range': ownRule(
    'unsupported-quantisation',
    'needs the scale of `output` for its fused activation when it computes in int8 or int16',
    (place) => {
      const output = tensorOf(place, 'output');
      if (output === undefined || (output.dtype !== 'int8' && output.dtype !== 'int16')) return undefined;
      const activation = stringAttribute(place.operator, 'fused_activation_function', 'NONE');
      const bounds = activationBounds[activation] ?? [];
      const fits = bounds.every((bound) => {
        const level = Math.round(bound / scaleOf(output)) + zeroPointOf(output);
        return Math.abs(level) < 2 ** 31;
      });
      return fits ? undefined : `the scale is ${scaleOf(output)}, with ${activation}`;
    },
  ),
};

/** Real numbers between which activations clip. Source: CalculateActivationRangeQuantized, lite/kernels/kernel_util.cc. */
const activationBounds: Readonly<Record<string, readonly number[]>> = {
  RELU: [0],
  RELU6: [0, 6],
  RELU_N1_TO_1: [-1, 1],
};

function scalesRule(each: string, axis: number) {
  return ownRule('unsupported-quantisation', `needs one scale of \`weights\` or ${each}`, (place) => {
    const weights = tensorOf(place, 'weights');
    const affine = weights === undefined ? undefined : affineOf(weights);
    const shape = shapeOf(place, 'weights');
    if (!quantised(place) || affine === undefined || shape === undefined) return undefined;
    const { scale, zeroPoint } = affine;
    if (scale.length === 1) return undefined;
    if (scale.length !== shape[axis]) return `there are ${counted(scale.length, 'scale')} and ${shape[axis]} of those`;
    if (scale.length !== shape[affine.axis]) return `they are along axis ${affine.axis}`;
    return scale.length === zeroPoint.length
      ? undefined
      : `there are ${counted(scale.length, 'scale')} and ${counted(zeroPoint.length, 'zero point')}`;
  });
}
