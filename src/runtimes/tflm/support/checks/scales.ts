import { affineOf, scaleOf, zeroPointOf } from '../affine.ts';
import { dataType, tensorOf } from '../rule.ts';
import { type OwnRules, ownRule } from './own-rule.ts';

/** Rules about the scales and zero points of single kernels. */
export const scaleRules: OwnRules = {
  'multiplied-zero-points': ownRule(
    'unsupported-quantisation',
    'needs the zero point 0 of `left`, `right` and `output` when it computes in int16',
    (place) => {
      const output = tensorOf(place, 'output')?.dtype;
      if (dataType(place) !== 'int16' || (output !== 'int8' && output !== 'int16')) return undefined;
      const other = ['left', 'right', 'output'].find((name) =>
        place.tensors(name).some((tensor) => zeroPointOf(tensor)),
      );
      return other === undefined ? undefined : `that of \`${other}\` is another`;
    },
  ),
  'byte-zero-points': ownRule(
    'unsupported-quantisation',
    'needs zero points from -128 to 127 when it computes in int8',
    (place) => {
      if (dataType(place) !== 'int8') return undefined;
      const zeroPoints = ['left', 'right', 'output'].flatMap((name) => place.tensors(name).map(zeroPointOf));
      const other = zeroPoints.find((zeroPoint) => zeroPoint < -128 || zeroPoint > 127);
      return other === undefined ? undefined : `there is ${other}`;
    },
  ),
  'narrow-slopes': ownRule('unsupported-type', 'takes int8 as `slopes` when `output` is int16', (place) => {
    const slopes = tensorOf(place, 'slopes')?.dtype;
    return tensorOf(place, 'output')?.dtype !== 'int16' || slopes === 'int8' ? undefined : `they are ${slopes}`;
  }),
  'quantised-absolute': ownRule(
    'unsupported-quantisation',
    'needs scale and zero point 0 of `output` as of `input` when it computes in quantised int16',
    (place) => {
      const [input, output] = [tensorOf(place, 'input'), tensorOf(place, 'output')];
      if (!input || !output || input.dtype !== 'int16' || affineOf(input) === undefined) return undefined;
      if (affineOf(output) === undefined) return '`output` has none';
      return zeroPointOf(input) === 0 && zeroPointOf(output) === 0 ? undefined : 'a zero point is not 0';
    },
  ),
  // Source: HardSwishPrepare; 7 fractional bits are added to the input before it is scaled.
  'hard-swish-scale': ownRule(
    'unsupported-quantisation',
    'needs a scale of `input` below 128 times that of `output` when it computes in int8',
    (place) => {
      const [input, output] = [tensorOf(place, 'input'), tensorOf(place, 'output')];
      if (!input || !output || input.dtype !== 'int8') return undefined;
      const ratio = Math.fround(Math.fround(scaleOf(input) / 128) / scaleOf(output));
      return Number.isFinite(ratio) && ratio >= 1 ? `they are ${scaleOf(input)} and ${scaleOf(output)}` : undefined;
    },
  ),
  'softmax-range': ownRule(
    'unsupported-quantisation',
    'needs scale 1/256 and zero point -128 of `output` for int8 to int8, 1/65536 and -32768 for int8 to int16',
    (place) => {
      const output = tensorOf(place, 'output');
      if (dataType(place) !== 'int8' || output === undefined) return undefined;
      const [scale, zeroPoint] = [scaleOf(output), zeroPointOf(output)];
      const fits =
        output.dtype === 'int16'
          ? zeroPoint === -32768 && Math.abs(scale - 2 ** -16) <= 1e-3 * 2 ** -16
          : zeroPoint === -128 && scale === 2 ** -8;
      return fits ? undefined : `they are ${scale} and ${zeroPoint}`;
    },
  ),
  'one-scale': ownRule('unsupported-quantisation', 'needs one scale of `output`', (place) => {
    const output = tensorOf(place, 'output');
    const scales = output === undefined ? 1 : (affineOf(output)?.scale.length ?? 1);
    return scales === 1 ? undefined : `there are ${scales}`;
  }),
  'embedding-zero-point': ownRule(
    'unsupported-quantisation',
    'needs the zero point 0 of `table` where int8 becomes float32',
    (place) => {
      const table = tensorOf(place, 'table');
      if (table?.dtype !== 'int8' || tensorOf(place, 'output')?.dtype !== 'float32') return undefined;
      return zeroPointOf(table) === 0 ? undefined : `it is ${zeroPointOf(table)}`;
    },
  ),
  // The kernel compares with 1e-5; without a bias it reads one all the same.
  'svdf-bias-scale': ownRule(
    'unsupported-quantisation',
    'needs a `bias` whose scale is the product of those of `state` and `timeWeights` when it computes in int8',
    (place) => {
      const [bias, state, weights] = ['bias', 'state', 'timeWeights'].map((name) => tensorOf(place, name));
      if (dataType(place) !== 'int8' || !state || !weights) return undefined;
      if (bias === undefined) return 'there is no bias';
      const wanted = Math.fround(scaleOf(state) * scaleOf(weights));
      return Math.abs(scaleOf(bias) - wanted) < 1e-5 ? undefined : `it is ${scaleOf(bias)} and the product ${wanted}`;
    },
  ),
};
